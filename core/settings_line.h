/* SPDX-License-Identifier: MIT */
/* Lines of settings files: blanks and comments. */
#ifndef B0_CORE_SETTINGS_LINE_H
#define B0_CORE_SETTINGS_LINE_H

/* Returns the text without the blanks at both ends; modifies it. */
char *b0_line_trim(char *text);

/* Cuts a comment off: a '#' at the start of the line or after a blank, because a path may have one.
 */
void b0_line_cut_comment(char *line);

#endif
