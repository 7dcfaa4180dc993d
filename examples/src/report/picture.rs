//! Figures as PNG, for what takes no SVG. The letters come from a font in the program, so that a figure is the same on every machine.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Options, Tree};

use super::figure::FigureError;

/// Pixels for each unit of the figure, enough for print at its size.
const PIXELS: f32 = 2.0;

static OPTIONS: LazyLock<Options<'static>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_font_data(epaint_default_fonts::UBUNTU_LIGHT.to_vec());
    // For what the first has no letter of, such as a raised minus.
    fonts.load_font_data(epaint_default_fonts::HACK_REGULAR.to_vec());
    fonts.set_sans_serif_family("Ubuntu");
    Options { fontdb: Arc::new(fonts), ..Options::default() }
});

/// The figure in `svg` as the bytes of a PNG file.
///
/// # Errors
/// [`FigureError`] for what is no figure, or has no size.
pub fn png(title: &str, svg: &str) -> Result<Vec<u8>, FigureError> {
    let fault = |reason: String| FigureError { title: title.to_owned(), reason };
    let tree = Tree::from_str(svg, &OPTIONS).map_err(|error| fault(error.to_string()))?;
    let size = tree.size().to_int_size().scale_by(PIXELS).ok_or_else(|| fault("it has no size".to_owned()))?;
    let mut map = Pixmap::new(size.width(), size.height()).ok_or_else(|| fault("it is too large".to_owned()))?;
    resvg::render(&tree, Transform::from_scale(PIXELS, PIXELS), &mut map.as_mut());
    map.encode_png().map_err(|error| fault(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::super::figure::{Axis, Line, Panel, single};
    use super::*;

    fn panel(title: &str) -> Panel {
        let line = Line { name: String::new(), points: vec![(0.0, 0.0), (1.0, 2.0)], band: Vec::new() };
        Panel { title: title.to_owned(), x: "x".to_owned(), y: Axis::linear("y"), lines: vec![line] }
    }

    #[test]
    fn lines_and_letters_are_drawn() {
        let picture = |title: &str| {
            let bytes = png(title, &single(&panel(title)).expect("a figure")).expect("a picture");
            Pixmap::decode_png(&bytes).expect("a PNG file")
        };
        let (with, without) = (picture("letters"), picture(""));
        assert_eq!((with.width(), with.height()), (1280, 840));
        assert_ne!(with.data(), without.data(), "a title is seen");
        let is_blue = |pixel: &&resvg::tiny_skia::PremultipliedColorU8| pixel.blue() > 150 && pixel.red() < 50;
        assert!(with.pixels().iter().filter(is_blue).count() > 500, "a line is seen");
    }

    /// What a font lacks is drawn as the box of a letter that no font has.
    #[test]
    fn raised_digits_and_signs_have_letters() {
        let picture = |title: &str| png(title, &single(&panel(title)).expect("a figure")).expect("a picture");
        let box_of_nothing = picture("\u{e123}");
        for sign in "⁻⁰¹²³⁴⁵⁶⁷⁸⁹±μ∂".chars() {
            assert_ne!(picture(&sign.to_string()), box_of_nothing, "{sign}");
        }
    }

    #[test]
    fn what_is_no_figure_is_an_error() {
        let error = png("nothing", "no figure").expect_err("it is no SVG");
        assert!(error.to_string().contains("nothing"), "{error}");
    }
}
