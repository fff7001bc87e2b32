#!/bin/sh
# Makes data/fonts/*.ttf.zst: subsets of two permissively licensed fonts, renamed, so that pictures carry their glyphs with them.
# Needs Debian's fonts-droid-fallback and fonts-dejavu-extra, fonttools (pip install fonttools) and zstd.
# The same fonttools version gives the same bytes (made with 4.68.0).
set -eu
cd "$(dirname "$0")/.."
cjk="${CJK_FONT:-/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf}"
latin="${LATIN_FONT:-/usr/share/fonts/truetype/dejavu/DejaVuSansCondensed.ttf}"
"${PYTHON:-python3}" - "$cjk" "$latin" data/fonts <<'PYTHON'
import subprocess, sys
from fontTools import subset
from fontTools.ttLib import TTFont

cjk, latin, out = sys.argv[1:]


def double_byte(encoding, leads):
    """All characters of a double-byte set whose first byte is in `leads`."""
    found = set()
    for lead in leads:
        for trail in [*range(0x40, 0x7F), *range(0xA1, 0xFF)]:
            try:
                found.update(ord(c) for c in bytes([lead, trail]).decode(encoding))
            except UnicodeDecodeError:
                pass
    return found


# GB 2312 whole; Big5 whole (traditional characters, rare ones of names such as 喆 and 堃); CJK punctuation; full-width forms.
wanted_cjk = double_byte("gb2312", range(0xA1, 0xFF)) | double_byte("big5", range(0xA1, 0xFA))
# Place names of the reference tables, and characters of names, that neither set has.
wanted_cjk |= set(map(ord, "倴嘡埗岹巺浉獏硚碁邨喆堃犇氹旸镕垚珺玥赟昉祎翀骉祎禛琎琚琰璟"))
wanted_cjk |= set(range(0x3000, 0x3040)) | set(range(0xFF00, 0xFFF0))
# Latin with accents, Greek, Cyrillic, punctuation, super- and subscripts, currency, letter-like, number forms, arrows,
# mathematics, circled numbers, boxes and shapes.
wanted_latin = set(range(0x20, 0x180)) | set(range(0x370, 0x460)) | set(range(0x2000, 0x2300)) | set(range(0x2460, 0x2500))
wanted_latin |= set(range(0x25A0, 0x2700))


def write(source, unicodes, family, name, notice):
    options = subset.Options(
        layout_features=["kern", "liga", "mark", "mkmk"], hinting=False, notdef_outline=True, name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14],
        drop_tables=["GDEF", "GPOS", "GSUB", "vhea", "vmtx", "gasp", "FFTM", "BASE", "DSIG"], canonical_order=True)
    options.recalc_timestamp = False
    font = TTFont(source, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=unicodes)
    subsetter.subset(font)
    font["OS/2"].usWidthClass = 5
    for record in font["name"].names:
        text = {1: family, 2: "Regular", 3: f"Yutu: {family}", 4: family, 6: family.replace(" ", "")}.get(record.nameID)
        if text:
            record.string = text
        if record.nameID == 0:
            record.string = f"{record.toUnicode()}. {notice}"
    font.save(f"{out}/{name}")
    subprocess.run(["zstd", "-19", "--rm", "-q", "-f", f"{out}/{name}"], check=True)
    print(name, len(font.getBestCmap()), "characters")


changed = "Subset and renamed for Yutu by scripts/subset_font.sh"
have_latin = set(TTFont(latin).getBestCmap())
write(latin, wanted_latin, "Yutu Sans Latin", "yutu-sans-latin.ttf", changed)
write(cjk, wanted_cjk - (wanted_latin & have_latin) | {0x20, 0x3000}, "Yutu Sans CJK", "yutu-sans-cjk.ttf", changed)
PYTHON
