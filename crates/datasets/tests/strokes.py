"""Writes strokes.json: drawings of our own as the published rule of the Quick, Draw! bitmaps draws them, with cairo.

    apt install python3-cairo; /usr/bin/python3 strokes.py > strokes.json

The rule: https://github.com/googlecreativelab/quickdraw-dataset/issues/19#issuecomment-402247262
"""

import json
import cairo

SIDE, LINE, PADDING, UNITS = 28, 16, 16, 256

# In 0..255 and against the left and upper edges, as simplified drawings are.
DRAWINGS = [
    [[[0, 0], [255, 0]]],
    [[[0, 0], [255, 90]], [[30, 200], [30, 120], [200, 0]]],
    [[[0, 0], [60, 255], [61, 10]]],
    [[[0, 40], [20, 10], [60, 0], [110, 15], [140, 60], [120, 120], [60, 140], [10, 110], [0, 40]], [[50, 60], [52, 62]],
     [[90, 60], [90, 60]], [[140, 255], [255, 200], [150, 190], [70, 100]]],
]


def bitmap(drawing):
    surface = cairo.ImageSurface(cairo.FORMAT_ARGB32, SIDE, SIDE)
    context = cairo.Context(surface)
    context.set_antialias(cairo.ANTIALIAS_BEST)
    context.set_line_cap(cairo.LINE_CAP_ROUND)
    context.set_line_join(cairo.LINE_JOIN_ROUND)
    context.set_line_width(LINE)
    total = UNITS + 2 * PADDING + LINE
    context.scale(SIDE / total, SIDE / total)
    context.translate(total / 2 - UNITS / 2, total / 2 - UNITS / 2)
    context.set_source_rgb(0, 0, 0)
    context.paint()
    context.set_source_rgb(1, 1, 1)
    points = [point for stroke in drawing for point in stroke]
    offset = [(UNITS - max(point[axis] for point in points)) / 2 for axis in (0, 1)]
    for stroke in drawing:
        context.move_to(stroke[0][0] + offset[0], stroke[0][1] + offset[1])
        for x, y in stroke[1:]:
            context.line_to(x + offset[0], y + offset[1])
        context.stroke()
    surface.flush()
    data, stride = bytes(surface.get_data()), surface.get_stride()
    return [data[y * stride + 4 * x] for y in range(SIDE) for x in range(SIDE)]


print(json.dumps([{"strokes": drawing, "bitmap": bitmap(drawing)} for drawing in DRAWINGS]))
