# SPDX-License-Identifier: MIT
"""BOOT0, USB and UART of a bare STM32F407 in its case of 100 pins."""

from svg import Picture, text_width

LEFT, RIGHT, TOP, BOTTOM = 268, 452, 80, 496
# Pins of the LQFP100: DS8626, table 7.
PINS = {"PA11": "70", "PA12": "71", "PH0": "12", "PH1": "13",
        "BOOT0": "94", "PB2": "37", "NRST": "14", "PA9": "68", "PA10": "69", "VCAP_1": "49",
        "VCAP_2": "73"}


def ground(picture, x, y):
    """Its wire ends at the first bar."""
    picture.add(f'<path class="line" d="M{x - 10:g} {y:g}h20m-16 5h12m-8 5h4"/>')


def resistor_down(picture, x, y, label):
    """From y to a ground 46 below."""
    picture.line([(x, y), (x, y + 10)])
    picture.box(x - 6, y + 10, 12, 26, "plain", radius=1)
    picture.line([(x, y + 36), (x, y + 46)])
    ground(picture, x, y + 46)
    picture.text(x + 12, y + 28, label, "small")


def capacitor_down(picture, x, y, label, anchor="start"):
    picture.line([(x, y), (x, y + 16)])
    picture.add(f'<path class="line" d="M{x - 10:g} {y + 16:g}h20m-20 6h20"/>')
    picture.line([(x, y + 22), (x, y + 38)])
    ground(picture, x, y + 38)
    if label:
        picture.text(x + (16 if anchor == "start" else -16), y + 24, label, "small", anchor)


def switch(picture, x, y, width):
    """An open contact between x and x + width."""
    picture.dot(x, y, 3, "plain")
    picture.dot(x + width, y, 3, "plain")
    picture.line([(x + 2, y - 2), (x + width - 2, y - 14)])


def node(picture, x, y):
    picture.add(f'<circle class="tip" cx="{x:g}" cy="{y:g}" r="3"/>')


def supply(picture, x, y):
    picture.line([(x, y), (x, y - 16)])
    picture.add(f'<path class="line" d="M{x - 8:g} {y - 10:g}l8 -9l8 9"/>')
    picture.text(x, y - 26, "3.3 V", "small", "middle")


def left_pin(picture, y, name, use):
    picture.text(LEFT + 9, y + 5, name, "name")
    picture.text(LEFT + 9 + 46, y + 5, use, "small")
    if name in PINS:
        picture.text(LEFT - 5, y - 5, PINS[name], "mark", "end")


def right_pin(picture, y, name, use):
    picture.text(RIGHT - 9, y + 5, name, "name", "end")
    if use:
        picture.text(RIGHT - 17 - text_width(name, "name"), y + 5, use, "small", "end")
    picture.text(RIGHT + 5, y - 5, PINS[name], "mark")


def draw_usb(picture):
    picture.box(20, 152, 92, 162, "host")
    picture.text(32, 232, "USB", "head")
    for y, label in ((176, "VBUS"), (214, "D−"), (250, "D+"), (290, "GND")):
        picture.text(104, y + 4, label, "small", "end")
    picture.line([(112, 176), (126, 176), (126, 112), (140, 112)])
    picture.labelled(140, 92, 92, 40, [("regulator", "small"), ("5 V to 3.3 V", "small")], pad=2)
    picture.line([(232, 112), (LEFT, 112)])
    left_pin(picture, 112, "VDD", "all")
    picture.line([(112, 214), (LEFT, 214)])
    left_pin(picture, 214, "PA11", "D−")
    picture.line([(112, 250), (LEFT, 250)])
    left_pin(picture, 250, "PA12", "D+")
    picture.line([(112, 290), (LEFT, 290)])
    left_pin(picture, 290, "VSS", "all")
    node(picture, 180, 290)
    picture.line([(180, 290), (180, 302)])
    ground(picture, 180, 302)


def draw_crystal(picture):
    left_pin(picture, 336, "PH0", "OSC_IN")
    left_pin(picture, 396, "PH1", "OSC_OUT")
    for y in (336, 396):
        picture.line([(LEFT, y), (146, y)])
        picture.add(f'<path class="line" d="M146 {y - 10}v20m-6-20v20"/>')
        picture.line([(140, y), (112, y)])
        node(picture, 206, y)
    picture.line([(112, 336), (112, 416)])
    node(picture, 112, 396)
    ground(picture, 112, 416)
    picture.line([(206, 336), (206, 358)])
    picture.add('<path class="line" d="M194 358h24m-24 24h24"/>')
    picture.box(196, 363, 20, 14, "plain", radius=1)
    picture.line([(206, 382), (206, 396)])
    picture.lines(20, 350, ["crystal of", "4 to 26 MHz", "(for USB)"], "small", step=17)


def draw_boot(picture):
    right_pin(picture, 112, "BOOT0", "")
    picture.line([(RIGHT, 112), (570, 112)])
    node(picture, 500, 112)
    resistor_down(picture, 500, 112, "10 kΩ")
    switch(picture, 570, 112, 40)
    picture.line([(613, 112), (640, 112)])
    supply(picture, 640, 112)
    picture.lines(560, 140, ["closed during reset:", "ST's bootloader"], "small", room=150, step=17)
    right_pin(picture, 208, "PB2", "BOOT1")
    picture.line([(RIGHT, 208), (500, 208)])
    resistor_down(picture, 500, 208, "10 kΩ, or to ground")
    right_pin(picture, 290, "NRST", "")
    picture.line([(RIGHT, 290), (570, 290)])
    node(picture, 500, 290)
    capacitor_down(picture, 500, 290, "100 nF")
    switch(picture, 570, 290, 40)
    picture.line([(613, 290), (640, 290), (640, 306)])
    ground(picture, 640, 306)
    picture.text(590, 266, "reset", "small", "middle")


def draw_uart(picture):
    picture.box(588, 384, 112, 102, "journal")
    picture.lines(692, 426, ["USB to", "UART,", "3.3 V"], "small", "end", step=17)
    for y, label in ((404, "RX"), (436, "TX"), (468, "GND")):
        picture.text(596, y + 4, label, "small")
    right_pin(picture, 404, "PA9", "TX")
    picture.arrow([(RIGHT, 404), (588, 404)])
    right_pin(picture, 436, "PA10", "RX")
    picture.arrow([(588, 436), (RIGHT, 436)])
    picture.line([(588, 468), (540, 468), (540, 476)])
    ground(picture, 540, 476)


def draw_chip(picture):
    picture.box(LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP, "boot", radius=4)
    middle = (LEFT + RIGHT) / 2
    picture.text(middle, 150, "STM32F407", "title", "middle")
    picture.text(middle, 172, "numbers: LQFP100", "small", "middle")
    for x, name, anchor in ((300, "VCAP_1", "start"), (420, "VCAP_2", "end")):
        picture.text(x + (-14 if anchor == "start" else 14), BOTTOM - 8, name, "code", anchor)
        capacitor_down(picture, x, BOTTOM, "")
        picture.text(x + (-6 if anchor == "start" else 6), BOTTOM + 13, PINS[name], "mark",
                     "end" if anchor == "start" else "start")
    picture.text(middle, BOTTOM + 24, "2.2 µF each", "small", "middle")


def draw(_facts):
    picture = Picture(720, 648, "How to wire BOOT0, USB and a UART to a bare STM32F407",
                      "USB: D- to PA11 (70), D+ to PA12 (71), a crystal at PH0 and PH1. UART: "
                      "PA9 (68) to RX, PA10 (69) to TX of the adapter. BOOT0 (94): 10 kΩ to "
                      "ground and a switch to 3.3 V. PB2 (37) low. NRST (14): a button.")
    picture.text(20, 34, "A bare STM32F407: BOOT0, USB, UART", "title")
    draw_chip(picture)
    draw_usb(picture)
    draw_crystal(picture)
    draw_boot(picture)
    draw_uart(picture)
    picture.lines(20, 572, [
        "One of USB and UART is enough. USB needs the crystal, and no pull-up at D+; a UART needs no "
        "crystal.",
        "A floating PA10 can look like a UART to ST's bootloader: pull it up if USB does not "
        "appear.",
        "DTR and RTS of the adapter can switch NRST and BOOT0: boot0 flash --boot.",
        "Not shown: capacitors at the supply pins, VDDA, VBAT (AN4488)."], "small", room=690, step=19)
    return picture
