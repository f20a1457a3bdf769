"""The paint box: every named paint of a page, with the tone that replaces it in black and white.

A paint is written "#rrggbb/tone", the tone in hundredths.
"""

import numpy as np

from benchmarks.pages.artist import Paint

FIXED = {
    "white": "#ffffff/0",
    "cream": "#fff4e0/0",
    "pink": "#f6a8ac/12",
    "blush": "#f8a096/0",
    "skin": "#ffddc0/0",
    "gold": "#fac43e/8",
    "steel": "#b0becc/18",
    "straw": "#f6d680/5",
    "leather": "#865438/55",
    "sock": "#4a343a/97",
    "horn": "#f6e8c4/0",
    "belly": "#fce8aa/0",
}
CHOICES = {
    "cat": "#f0aa5c/14 #969cac/28 #e2c6a4/6 #786870/42",
    "fox": "#ec7834/22 #d65c3e/32 #f49446/14",
    "hair": "#5c3a30/97 #d0683a/30 #3a3e68/97 #e8b05c/8",
    "dress": "#5c8cce/20 #ee807a/14 #7eb084/25 #a884ce/20",
    "accent": "#de3e42/60 #2c8496/55 #ec6c34/50 #6a52ac/65",
    "robot": "#6eb2bc/12 #e48c60/16 #cece8e/6 #92a0d6/14",
    "dragon": "#70b678/20 #7a9ed8/22 #ce707a/28 #9682c8/30",
    "wing": "#f4b260/10 #de8aa0/12 #f4d674/5",
}
SKIES = {
    "day": {
        "sun": "#ffd65c/0",
        "sky_top": "#56a4e2/24",
        "sky_low": "#e0f2fa/0",
        "cloud": "#ffffff/0",
        "far": "#92b4ce/16",
        "hill": "#88bc6c/10",
        "near": "#609c58/18",
        "sea_top": "#3e8abc/30",
        "sea_low": "#96d4dc/6",
        "leaf": "#529252/40",
        "wall": "#f4e2c8/0",
        "roof": "#ce624e/36",
        "window": "#78a8c4/50",
        "burst": "#ffde78/12",
        "ground": "#deceaa/6",
    },
    "dusk": {
        "sun": "#ffb05c/0",
        "sky_top": "#6c56a0/42",
        "sky_low": "#ffbe8a/2",
        "cloud": "#ffe2d6/0",
        "far": "#96709e/26",
        "hill": "#7a6884/30",
        "near": "#544e6c/48",
        "sea_top": "#8068a4/36",
        "sea_low": "#fab292/6",
        "leaf": "#585c6e/50",
        "wall": "#deb4a6/8",
        "roof": "#7c4862/50",
        "window": "#ffd67a/0",
        "burst": "#faa87e/16",
        "ground": "#c49e94/14",
    },
    "night": {
        "sun": "#faecbe/0",
        "sky_top": "#161a40/97",
        "sky_low": "#4e5c96/55",
        "cloud": "#707aac/30",
        "far": "#323a68/60",
        "hill": "#263854/72",
        "near": "#18243e/97",
        "sea_top": "#1e2c60/75",
        "sea_low": "#5870a8/40",
        "leaf": "#1c3246/97",
        "wall": "#585a80/40",
        "roof": "#2e2c54/97",
        "window": "#ffde82/0",
        "burst": "#6870b6/40",
        "ground": "#40466c/50",
    },
}


def paints(rng: np.random.Generator, sky: str) -> dict[str, Paint]:
    """A paint box for one page: the cast's colours from the generator, the scenery's from the sky."""
    box = {name: _paint(text) for name, text in FIXED.items()}
    for name, texts in CHOICES.items():
        choices = texts.split()
        box[name] = _paint(choices[int(rng.integers(len(choices)))])
    return box | {name: _paint(text) for name, text in SKIES[sky].items()}


def _paint(text: str) -> Paint:
    """The paint written as "#rrggbb/tone"."""
    color, tone = text.split("/")
    red, green, blue = bytes.fromhex(color[1:])
    return Paint((red, green, blue), int(tone) / 100)
