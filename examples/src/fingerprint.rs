//! Short names for contents: two runs are of the same configuration only if they read the same data.

/// FNV-1a, 64 bits, as 16 hexadecimal digits. It tells accidental differences apart, not malicious ones.
#[must_use]
pub fn fingerprint<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let hash = parts
        .into_iter()
        .flatten()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn published_values() {
        assert_eq!(fingerprint([]), "cbf29ce484222325");
        assert_eq!(fingerprint([&b"foo"[..], b"bar"]), "85944171f73967e8");
    }
}
