# SPDX-License-Identifier: MIT
"""The drawing of pictures: what it refuses, and how a terminal's output becomes one."""

import importlib.util
import pathlib
import sys
import unittest
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "scripts/pictures"))
import recording  # noqa: E402
import svg  # noqa: E402

HAS_PYTE = importlib.util.find_spec("pyte") is not None


def picture():
    return svg.Picture(200, 100, "A <title>", "What is in it")


class Drawing(unittest.TestCase):
    def test_is_well_formed_and_named(self):
        drawn = picture()
        drawn.labelled(10, 10, 120, 40, [("a < b & c", "head")], "boot")
        drawn.arrow([(10, 60), (50, 60), (50, 90)], "alarm", dashed=True, both=True)
        root = xml.etree.ElementTree.fromstring(drawn.svg())
        self.assertEqual(root.get("viewBox"), "0 0 200 100")
        self.assertEqual(root[0].text, "A <title>")
        self.assertIn("a < b & c", list(root.itertext()))

    def test_has_colours_for_light_and_dark(self):
        text = picture().svg()
        light, dark = text.split("@media (prefers-color-scheme:dark)")
        for page, part in enumerate((light, dark)):
            for kind, pages in svg.KINDS.items():
                self.assertIn(f".{kind}{{fill:{pages[page][0]};stroke:{pages[page][1]}}}", part)

    def test_refuses_a_text_that_is_wider_than_its_place(self):
        drawn = picture()
        drawn.text(10, 30, "wide", room=40)
        self.assertEqual(drawn.check(), [])
        drawn.text(10, 60, "much wider than that", room=40)
        self.assertEqual(len(drawn.check()), 1)
        self.assertRaises(ValueError, drawn.svg)

    def test_refuses_texts_on_top_of_each_other(self):
        drawn = picture()
        drawn.text(10, 30, "one")
        drawn.text(10, 50, "below")
        self.assertEqual(drawn.check(), [])
        drawn.text(20, 35, "upon")
        self.assertIn("'one' and 'upon' are on top of each other", drawn.check())

    def test_refuses_a_line_through_a_text(self):
        for draw in (lambda p: p.line([(20, 10), (20, 90)]), lambda p: p.line([(5, 5), (90, 90)]),
                     lambda p: p.arrow([(150, 28), (5, 28)]), lambda p: p.box(5, 27, 100, 40)):
            drawn = picture()
            drawn.text(10, 30, "a word")
            self.assertEqual(drawn.check(), [])
            draw(drawn)
            self.assertEqual(drawn.check(), ["a line crosses 'a word'"])

    def test_a_line_beside_a_text_is_fine(self):
        drawn = picture()
        drawn.text(10, 30, "a word")
        drawn.box(5, 10, 100, 40)
        drawn.line([(5, 60), (120, 60), (120, 10)])
        drawn.line([(100, 5), (190, 95)])
        self.assertEqual(drawn.check(), [])

    def test_refuses_what_is_outside(self):
        for draw in (lambda p: p.text(180, 30, "too long"), lambda p: p.text(10, 5, "too high"),
                     lambda p: p.box(150, 10, 60, 20), lambda p: p.line([(10, 10), (10, 101)])):
            drawn = picture()
            draw(drawn)
            self.assertEqual(len(drawn.check()), 1)

    def test_refuses_lines_that_are_higher_than_their_box(self):
        drawn = picture()
        drawn.labelled(10, 10, 100, 30, [("one", "text"), ("two", "text")])
        self.assertNotEqual(drawn.check(), [])

    def test_bold_and_monospaced_texts_are_wider(self):
        self.assertLess(svg.text_width("image", "text"), svg.text_width("image", "head"))
        self.assertEqual(svg.text_width("iiii", "code"), svg.text_width("mmmm", "code"))


def rows_of(*lists):
    """Rows with these versions: (seconds, text)."""
    rows = []
    for versions in lists:
        row = recording.Row()
        for at, text in versions:
            row.change(at, ((text, ""), ))
        rows.append(row)
    return rows


class Recording(unittest.TestCase):
    def test_output_of_one_moment_is_one_event(self):
        joined = recording.bursts([(0, b"a"), (0.01, b"b"), (0.5, b"c")])
        self.assertEqual(joined, [(0, b"ab"), (0.5, b"c")])

    def test_a_row_keeps_what_it_was(self):
        row, = rows_of([(0, "10 %"), (1, "10 %"), (2, "90 %"), (2, "done")])
        self.assertEqual([at for at, _ in row.versions], [0, 2])
        self.assertEqual(row.text(), "done")

    def test_the_screen_scrolls_when_the_cursor_leaves_it(self):
        cursor = [(0, 0), (1, recording.LINES - 1), (2, recording.LINES + 4), (3, 2)]
        self.assertEqual(recording.scrolling(cursor), [(0, 0), (2, 5)])

    def test_without_motion_the_last_versions_are_seen(self):
        text = recording.draw(rows_of([(0, "$ one")], [(1, "half"), (2, "full <&>")]), [(0, 0), (2, 1)])
        root = xml.etree.ElementTree.fromstring(text)
        old = [e for e in root.iter() if "old" in e.get("class", "").split()]
        self.assertEqual(["".join(e.itertext()) for e in old], ["half"])
        self.assertLessEqual({"$ one", "half", "full <&>"}, recording.shown(text))
        self.assertIn("@media (prefers-reduced-motion:no-preference)", text)

    def test_the_commands_are_those_of_the_script(self):
        script = 'run "one $PATH"\ntell "run it"\nrun "two \\\\\n    three \\"x\\""\n'
        self.assertEqual(recording.commands(script), ["$ one $PATH", "$ two \\", '    three "x"'])

    @unittest.skipUnless(HAS_PYTE, "python3-pyte is not installed")
    def test_a_terminal_is_played(self):
        events = [(0, b"noise\r\n"), (1, b"1. First\r\n\x1b[1m$ cmd\x1b[0m\r\n"), (9, b"10 %"),
                  (9.5, b"\r\x1b[K\x1b[32mdone\x1b[0m\r\n")]
        rows, cursor = recording.cut(*recording.play(events))
        self.assertEqual([row.text() for row in rows], ["1. First", "$ cmd", "done"])
        self.assertEqual(rows[1].versions[0][1], (("$ cmd", "bold"), ))
        self.assertEqual(rows[2].versions[-1][1], (("done", "green"), ))
        self.assertAlmostEqual(rows[2].versions[0][0],
                               recording.COMMAND_PAUSE + recording.WAIT_MAX)  # and not 8 s
        self.assertEqual(cursor[-1][1], 2)  # no lower than what is kept


if __name__ == "__main__":
    unittest.main()
