# SPDX-License-Identifier: MIT
"""scripts/check-words.py: which texts of a file it reads, and what its patterns find."""

import importlib.util
import pathlib
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
SPEC = importlib.util.spec_from_file_location("check_words", ROOT / "scripts/check-words.py")
check_words = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(check_words)

WORDS, EXEMPTIONS = check_words.read_words(check_words.WORDS.read_text(encoding="utf-8"))


def texts(kind, source):
    return [(text.line, text.text) for text in kind(source)]


def found(text, name="README.md", exemptions=()):
    return [what for _, what, _ in check_words.faults(name, text, WORDS, exemptions)]


class Texts(unittest.TestCase):
    def test_of_c_are_literals_that_a_row_joins(self):
        source = '#include "a b.h"\n/* "no" */\nfail("a %" PRIu32 " b\\n"\n     "c", "d"); // "no"\n'
        self.assertEqual(texts(check_words.c_texts, source), [(3, "a %N b\nc"), (4, "d")])

    def test_of_c_are_not_characters_and_assertions(self):
        source = "int a = '\"';\n_Static_assert(sizeof(a) == 4,\n\"no text\");\nputs(\"x \\\"y\\\"\");\n"
        self.assertEqual(texts(check_words.c_texts, source), [(4, 'x "y"')])

    def test_of_c_join_across_the_lines_of_a_macro(self):
        self.assertEqual(texts(check_words.c_texts, '#define A \\\n    "one " \\\n    "two"\n'),
                         [(2, "one two")])

    def test_of_javascript_are_strings_and_templates(self):
        source = "// 'no'\nf('a ' +\n  `b ${c} d`, /it's/); /* \"no\" */\ng(\"e\");\n"
        self.assertEqual(texts(check_words.js_texts, source), [(2, "a b X d"), (4, "e")])

    def test_of_html_are_contents_and_shown_attributes(self):
        source = '<p id="no">a\nb</p>\n<input placeholder="c"><script src="no.js"></script>\n'
        self.assertEqual(texts(check_words.html_texts, source), [(1, "a b"), (3, "c")])

    def test_of_python_are_strings_and_the_help_of_the_file(self):
        source = '"""A help."""\n\ndef f():\n    """No text."""\n    print(f"a {b} c" "d")  # no\n'
        self.assertEqual(sorted(texts(check_words.python_texts, source)),
                         [(1, "A help."), (5, "a X cd")])

    def test_of_shell_are_what_is_printed(self):
        source = "# echo no\nx=no\n[ -n \"$x\" ] || echo \"a b\" >&2\ntell 'c' \\\n    'd'\n: \"${Y:?set Y}\"\n"
        self.assertEqual(texts(check_words.shell_texts, source),
                         [(3, 'a b" >&2'), (4, "c d"), (6, "set Y")])

    def test_of_a_paragraph_keep_their_lines(self):
        text = check_words.paragraphs("a\n  b\n\n- c\n  d\n")
        self.assertEqual(text.text, "a b\n\n- c d\n")
        self.assertEqual([text.line_at(text.text.index(word)) for word in "abcd"], [1, 2, 4, 5])

    def test_of_the_repository_are_read(self):
        for name in ("cli/options.c", "web/words.js", "web/index.html", "scripts/test.py",
                     "scripts/demo.sh", "packaging/man/boot0.1.in", "debian/control", "Makefile",
                     "arduino/boards.txt", "CHANGELOG.md", "docs/README.md", "README.md"):
            self.assertIsNotNone(check_words.kind_of(name), name)
        for name in ("tests/unit/meson.build", "tests/system/cli.py", "LICENSE", "debian/copyright"):
            self.assertIsNone(check_words.kind_of(name), name)


class Patterns(unittest.TestCase):
    def test_find_what_the_style_avoids(self):
        for text, what in [
            ("prints the names, one a line", "one a line"),
            ("wait for the board, if need be for ever", "if need be"),
            ("what it shall write", "shall"),
            ("plug it in anew", "anew"),
            ("the ELF file is no program", "is no"),
            ("take write protection off all sectors", "take write protection off"),
            ("Say --force to replace it.", "Say --f"),
            ("--vdd wants a value", "wants"),
            ('--vdd does not take "3,3"', 'does not take "'),
            ("an administrator is asked for", "is asked for"),
            ("who opens the port gets no old news", "who opens"),
            ("By the ROM a fresh 1 MiB takes 37 s", "By"),
            ("It works. By a loader it is faster.", ". By"),
            ("Of a DfuSe file it writes one setting", "Of a"),
            ("where, as 0x08000000", ", as 0x"),
            ("it is not said which one", "is not said"),
            ("2=ON FOR EVER", "FOR EVER"),
            ("stopping where the board\ncan be left", "where the board can be left"),
        ]:
            self.assertIn(what, found(text), text)

    def test_leave_plain_english_alone(self):
        for text in (
            "wait for a board (default: no limit)",
            "there is no board; the board is no longer connected",
            "print results as JSON, one object per line",
            "write a line for each transfer and event",
            'invalid --vdd "3,3": expected volts, e.g. 3.3',
            "By default, boot0 verifies what it wrote.",
            "the speed, measured by the ROM",
            "Unplug the board and take it off the desk.",
            "Who can open the port?",
        ):
            self.assertEqual(found(text), [], text)

    def test_name_the_line_and_what_to_write(self):
        faults = list(check_words.faults("README.md", "one\ntwo\n\nthree anew\n", WORDS, []))
        self.assertEqual(faults, [(4, "anew", "again")])

    def test_are_exempt_where_a_file_allows_it(self):
        _, exemptions = check_words.read_words("allow docs/faq* licence => quoted\n")
        self.assertEqual(found("the licence shall be", "docs/faq.md", exemptions), [])
        self.assertEqual(found("the licence shall be", "docs/README.md", exemptions), ["shall"])
        self.assertEqual(found("it shall be", "docs/faq.md", exemptions), ["shall"])

    def test_say_what_to_write_instead(self):
        with self.assertRaises(ValueError):
            check_words.read_words("shall\n")
        for word in WORDS:
            self.assertNotEqual(word.instead, "")


if __name__ == "__main__":
    unittest.main()
