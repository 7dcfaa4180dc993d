//! What goes to standard output.

use std::io::{self, Write as _};

/// Prints text and shows it at once. If nobody reads any more (`… | head`), nothing happens: the files are what counts.
pub fn say(text: &str) {
    let mut output = io::stdout().lock();
    drop(output.write_all(text.as_bytes()).and_then(|()| output.flush()));
}
