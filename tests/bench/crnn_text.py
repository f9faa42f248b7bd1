"""Trained on ours, read on theirs: a network that saw our dot-matrix lines reads dot matrices drawn by another hand.

A small network (convolutions, a recurrent layer, CTC) is trained twice, from the same start, on the same texts, through
the same camera: on our dot-matrix marking, and on plain ink in all bundled font files. Both then read lines that no
code of the generator draws, as discs with spacing, size, wandering, gaps, ground and noise of their own. Their letters
are those of a display's character table; and, which is no matrix that a coder has and is one of the fonts that the
second network learns, those of a font file squeezed onto 5 x 7 points. Printed is the share of characters that each
reads (1 - edits / length), of its own kind and of the other hand's.
Run with ``python -m tests.bench.crnn_text [lines] [epochs] [picture.png]``; it needs torch. Source: own; the network is
a small form of CRNN (Shi, Bai, Yao 2015), the table that of the HD44780U (Hitachi, ROM code A00).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import nn

from generator import samples
from generator.text.font.place import Package
from tests.text.reader import edit_distance

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ROM = (
    "0E11131519110E 040C040404040E 0E11010204081F 1F02040201110E 02060A121F0202 1F101E0101110E 0608101E11110E "
    "1F010204080808 0E11110E11110E 0E11110F01020C 0E1111111F1111 1E11111E11111E 0E11101010110E 1C12111111121C "
    "1F10101E10101F 1F10101E101010 0E11101711110F 1111111F111111 0E04040404040E 0702020202120C 11121418141211 "
    "1010101010101F 111B1515111111 11111915131111 0E11111111110E 1E11111E101010 0E11111115120D 1E11111E141211 "
    "0F10100E01011E 1F040404040404 1111111111110E 11111111110A04 1111111515150A 11110A040A1111 1111110A040404 "
    "1F01020408101F"
)
"""A row of five points a byte, seven rows a letter."""
WIDTH, HEIGHT = 320, 48
LINES, EPOCHS, BATCH, TEST = 12_000, 6, 64, 800
TEXTS = (
    "text/corpus=pattern",
    'text.corpus.patterns=["[A-Z0-9]{6,12}"]',
    "text.layout.height_share=[0.4,0.7]",
    "source.level=[0.1,0.95]",
    "camera=full",
    "camera.motion_px=0",
    "splits={train: 1}",
)
OURS = ("text/marking=dot_matrix", "text/font=dot_matrix")
PLAIN = ("text/marking=ink", "text/font=bundled")


@dataclass(frozen=True)
class Lines:
    """Images, (n, HEIGHT, WIDTH) uint8, and what stands on each."""

    images: np.ndarray
    texts: tuple[str, ...]


def main(count: int, epochs: int, picture: Path | None) -> None:
    """Draw, train twice, and print who reads what."""
    torch.set_num_threads(1)
    tables = {"table": display_letters(), "squeezed": squeezed(5, 7)}
    others = {name: drawn_by_another_hand(table, TEST) for name, table in tables.items()}
    kinds = {"our dot matrix": OURS, "plain fonts": PLAIN}
    lines = {name: drawn_by_us(keys, count + TEST) for name, keys in kinds.items()}
    if picture is not None:
        parts = [each.images[:12] for each in (*others.values(), *lines.values())]
        cv2.imwrite(str(picture), np.hstack([np.vstack(list(part)) for part in parts]))
    print(f"{count} lines, {epochs} epochs; characters that are read (1 - edits / length)")
    for name, each in lines.items():
        started = time.perf_counter()
        net = trained(Lines(each.images[:count], each.texts[:count]), epochs)
        own = accuracy(net, Lines(each.images[count:], each.texts[count:]))
        seconds = time.perf_counter() - started
        read = ", ".join(f"{which} {accuracy(net, other):.3f}" for which, other in others.items())
        print(f"trained on {name:15s} own kind {own:.3f}; another hand's dots: {read}  ({seconds:.0f} s)", flush=True)


def drawn_by_us(keys: Sequence[str], count: int) -> Lines:
    """Return lines of the generator."""
    made = samples("recipe=text", f"count={count}", *TEXTS, *keys)
    images, texts = np.empty((count, HEIGHT, WIDTH), np.uint8), []
    for index in range(count):
        sample = made[index]
        images[index] = fitted(sample.image[..., 0])
        texts.append(sample.text[0].text)
    return Lines(images, tuple(texts))


def fitted(image: np.ndarray) -> np.ndarray:
    """Return a grey image at the network's size: scaled to its height, squeezed or continued to its width."""
    height, width = image.shape
    wide = min(WIDTH, max(1, round(width * HEIGHT / height)))
    small = cv2.resize(image, (wide, HEIGHT), interpolation=cv2.INTER_AREA)
    return cv2.copyMakeBorder(small, 0, 0, 0, WIDTH - wide, cv2.BORDER_CONSTANT, value=int(np.median(small)))


def drawn_by_another_hand(table: dict[str, np.ndarray], count: int) -> Lines:
    """Return lines of dots that the generator has no part in."""
    rng = np.random.default_rng(7)
    images, texts = [], []
    for _ in range(count):
        text = "".join(rng.choice(list(LETTERS), rng.integers(6, 13)))
        images.append(fitted(dotted(text, table, rng)))
        texts.append(text)
    return Lines(np.stack(images), tuple(texts))


def display_letters() -> dict[str, np.ndarray]:
    """Return each letter of the display's table, (7, 5) bool."""
    rows = [np.frombuffer(bytes.fromhex(word), np.uint8) for word in ROM.split()]
    return {letter: np.unpackbits(row[:, None], axis=1)[:, 3:] > 0 for letter, row in zip(LETTERS, rows, strict=True)}


def squeezed(columns: int, rows: int) -> dict[str, np.ndarray]:
    """Return each letter of a font file on a grid, (rows, columns) bool."""
    (face,) = Package(package="trdg", folder="fonts/latin", allow=("DroidSans.*",)).faces("train")
    font, table = ImageFont.truetype(face.path, 200), {}
    for letter in LETTERS:
        canvas = Image.new("L", (400, 400))
        ImageDraw.Draw(canvas).text((60, 60), letter, fill=255, font=font)
        box = canvas.getbbox()
        wide = 3 if box[2] - box[0] < 0.6 * (box[3] - box[1]) else columns  # a 1 is no block
        small = np.asarray(canvas.crop(box).resize((wide, rows), Image.Resampling.BOX)) > 107
        table[letter] = np.pad(small, ((0, 0), ((columns - wide) // 2, (columns - wide + 1) // 2)))
    return table


def dotted(text: str, table: dict[str, np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Return a line of discs on an uneven ground, (h, w) uint8."""
    rows, columns = next(iter(table.values())).shape
    fine = 4  # points are drawn so many times larger
    pitch = fine * rng.uniform(26, 34) / rows
    gap, radius = rng.integers(1, 3), rng.uniform(0.3, 0.5) * pitch
    across, lean = pitch * rng.uniform(0.85, 1.2), rng.uniform(-0.05, 0.12)
    left, height = rng.uniform(1, 3) * pitch, rows * pitch / rng.uniform(0.45, 0.65)
    top = rng.uniform(0.35, 0.65) * (height - rows * pitch) + 0.5 * pitch
    width = int(left * 2 + across * len(text) * (columns + gap) + abs(lean) * rows * pitch)
    ink = np.zeros((int(height), width), np.uint8)
    for place, letter in enumerate(text):
        for row, column in np.argwhere(table[letter]):
            if rng.random() < 0.015:
                continue
            x = left + across * (place * (columns + gap) + column) + lean * (rows - row) * pitch
            point = np.array([x, top + row * pitch]) + rng.normal(0, 0.04 * pitch, 2)
            size = radius * rng.uniform(0.85, 1.15)
            cv2.circle(ink, np.rint(point * 16).astype(int).tolist(), round(size * 16), 255, -1, cv2.LINE_AA, 4)
    ink = cv2.resize(ink, None, fx=1 / fine, fy=1 / fine, interpolation=cv2.INTER_AREA) / 255.0
    height, width = ink.shape
    level = rng.uniform(0.2, 0.9)
    slope = np.linspace(-0.5, 0.5, width) * rng.uniform(-0.15, 0.15)
    contrast = rng.uniform(0.25, 0.6) * (-1 if level > 0.5 else 1)
    image = level + slope + contrast * ink + rng.normal(0, rng.uniform(0.005, 0.03), (height, width))
    blurred = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, 1.0))
    return np.clip(255 * blurred, 0, 255).astype(np.uint8)


class Crnn(nn.Module):
    """From (n, 1, HEIGHT, WIDTH) to the log chance of each letter, (n, WIDTH / 2, letters + 1); 0 is no letter."""

    def __init__(self) -> None:
        super().__init__()
        self.see = nn.Sequential(
            _layer(1, 16, 3, 2, 1), _layer(16, 32, 3, (2, 1), 1), _layer(32, 64, 3, (2, 1), 1),
            _layer(64, 96, (6, 3), 1, (0, 1)),
        )  # fmt: skip
        self.follow = nn.LSTM(96, 64, bidirectional=True, batch_first=True)
        self.say = nn.Linear(128, len(LETTERS) + 1)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        seen = self.see(images)[:, :, 0].transpose(1, 2)
        return self.say(self.follow(seen)[0]).log_softmax(2)


def _layer(inputs: int, outputs: int, kernel, stride, padding) -> nn.Sequential:
    convolution = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU())


def _tensor(images: np.ndarray) -> torch.Tensor:
    values = torch.from_numpy(images.astype(np.float32))[:, None]
    mean, spread = values.mean((2, 3), keepdim=True), values.std((2, 3), keepdim=True)
    return (values - mean) / (spread + 1.0)


def trained(lines: Lines, epochs: int) -> Crnn:
    """Return a network after so many passes over some lines; the start and the order are always the same."""
    torch.manual_seed(0)
    net, count = Crnn(), len(lines.texts)
    steps = epochs * (count // BATCH)
    optimizer = torch.optim.Adam(net.parameters())
    rate = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=3e-3, total_steps=steps)
    codes = [torch.tensor([LETTERS.index(letter) + 1 for letter in text]) for text in lines.texts]
    for epoch in range(epochs):
        order = np.random.default_rng(epoch).permutation(count)
        for start in range(0, count - BATCH + 1, BATCH):
            batch = order[start : start + BATCH]
            said = net(_tensor(lines.images[batch])).transpose(0, 1)
            wanted = [codes[index] for index in batch]
            loss = nn.functional.ctc_loss(
                said,
                torch.cat(wanted),
                torch.full((BATCH,), said.shape[0]),
                torch.tensor([len(one) for one in wanted]),
                zero_infinity=True,
            )
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            optimizer.step()
            rate.step()
    return net.eval()


def accuracy(net: Crnn, lines: Lines) -> float:
    """Return 1 - edits / characters over some lines."""
    edits = 0
    with torch.no_grad():
        for start in range(0, len(lines.texts), BATCH):
            best = net(_tensor(lines.images[start : start + BATCH])).argmax(2).numpy()
            for row, text in zip(best, lines.texts[start : start + BATCH], strict=True):
                kept = row[np.diff(row, prepend=0) != 0]
                edits += edit_distance(text, "".join(LETTERS[code - 1] for code in kept if code))
    return 1.0 - edits / sum(len(text) for text in lines.texts)


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    pictures = [Path(word) for word in sys.argv[1:] if not word.isdigit()]
    main(*(numbers + [LINES, EPOCHS][len(numbers) :]), pictures[0] if pictures else None)
