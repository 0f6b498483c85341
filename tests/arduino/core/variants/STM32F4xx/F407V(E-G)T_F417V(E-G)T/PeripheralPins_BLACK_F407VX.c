/* SPDX-License-Identifier: MIT */
/* What pins can do: nothing that the tests need. */
