//! The shard: a thousand labelled pictures in one file that says itself whether it arrived whole.
//!
//! All numbers are little-endian `u32`:
//!
//! | bytes | what |
//! |---|---|
//! | 0..4 | `CGSH` |
//! | 4..8 | version, 1 |
//! | 8..12 | count of pictures N |
//! | 12..24 | channels C, height H, width W |
//! | 24..28 | number of classes, at most 256 |
//! | 28..32 | CRC-32 (IEEE) of all bytes but these four |
//! | 32.. | pixels `[N, C, H, W]`, one byte each; then labels `[N]`, one byte each |

use crc::{CRC_32_ISO_HDLC, Crc, Table};

use crate::dataset::{Example, Examples};

const MAGIC: [u8; 4] = *b"CGSH";
const VERSION: u32 = 1;
const HEADER: usize = 32;
const CHECKSUM: std::ops::Range<usize> = 28..32;

/// Why bytes are not a shard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShardError {
    #[error("{name} was cut off: {expected} bytes were announced, {found} arrived.")]
    Truncated { name: String, expected: u64, found: u64 },
    #[error("{name} is longer than it says: {expected} bytes were announced, {found} arrived.")]
    TooLong { name: String, expected: u64, found: u64 },
    #[error("{name} is not a Chalkgrad shard. The server may have answered with something else.")]
    WrongMagic { name: String },
    #[error("{name} is written in version {version} of the shard format; this program reads version {VERSION}.")]
    WrongVersion { name: String, version: u32 },
    #[error("{name} was damaged on its way: its checksum is {found:08x}, not {expected:08x}.")]
    ChecksumMismatch { name: String, expected: u32, found: u32 },
    #[error("{name} has no pictures that could be shown: {count} of {channels} × {height} × {width}.")]
    EmptyShape { name: String, count: u32, channels: u32, height: u32, width: u32 },
    #[error("In {name}, picture {picture} has label {label}, but there are only {classes} classes.")]
    LabelOutOfRange { name: String, picture: usize, label: u8, classes: u32 },
    #[error("{name} holds {found}, but the manifest says {expected}.")]
    Unexpected { name: String, expected: String, found: String },
    #[error("There is no shard number {shard}: the data set has {shards}.")]
    NoSuchShard { shard: usize, shards: usize },
}

/// A checked shard, kept as the bytes that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shard {
    bytes: Vec<u8>,
    shape: [usize; 3],
    count: usize,
    classes: usize,
}

impl Shard {
    /// The bytes of a shard, from pixels `[N, C, H, W]` and labels `[N]`; `name` is for the error's sentence.
    pub fn encode(
        name: &str,
        shape: [u32; 3],
        classes: u32,
        pixels: &[u8],
        labels: &[u8],
    ) -> Result<Vec<u8>, ShardError> {
        let count = u32::try_from(labels.len()).unwrap_or(u32::MAX);
        let mut bytes = Vec::with_capacity(HEADER + pixels.len() + labels.len());
        bytes.extend(MAGIC);
        for number in [VERSION, count, shape[0], shape[1], shape[2], classes, 0] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(pixels);
        bytes.extend(labels);
        let checksum = checksum(&bytes);
        bytes[CHECKSUM].copy_from_slice(&checksum.to_le_bytes());
        // What this writes, it can read: sizes and labels are checked in one place.
        Ok(Self::decode(name, bytes)?.bytes)
    }

    /// Checks bytes and keeps them, without a copy; `name` is for the error's sentence.
    pub fn decode(name: &str, bytes: Vec<u8>) -> Result<Self, ShardError> {
        let name = || name.to_owned();
        let found = bytes.len() as u64;
        if !bytes.starts_with(&MAGIC[..bytes.len().min(MAGIC.len())]) {
            return Err(ShardError::WrongMagic { name: name() });
        }
        if bytes.len() < HEADER {
            return Err(ShardError::Truncated { name: name(), expected: HEADER as u64, found });
        }
        let [version, count, channels, height, width, classes, expected_checksum] =
            [4, 8, 12, 16, 20, 24, 28].map(|at| u32::from_le_bytes([0, 1, 2, 3].map(|byte| bytes[at + byte])));
        if version != VERSION {
            return Err(ShardError::WrongVersion { name: name(), version });
        }
        let expected = [channels, height, width]
            .iter()
            .try_fold(1_u64, |product, &length| product.checked_mul(u64::from(length)))
            .and_then(|picture| picture.checked_add(1)?.checked_mul(u64::from(count))?.checked_add(HEADER as u64))
            .unwrap_or(u64::MAX);
        if found < expected {
            return Err(ShardError::Truncated { name: name(), expected, found });
        }
        if found > expected {
            return Err(ShardError::TooLong { name: name(), expected, found });
        }
        let found_checksum = checksum(&bytes);
        if found_checksum != expected_checksum {
            let (expected, found) = (expected_checksum, found_checksum);
            return Err(ShardError::ChecksumMismatch { name: name(), expected, found });
        }
        if [count, channels, height, width].contains(&0) {
            return Err(ShardError::EmptyShape { name: name(), count, channels, height, width });
        }
        let shard = Self {
            bytes,
            shape: [channels as usize, height as usize, width as usize],
            count: count as usize,
            classes: classes as usize,
        };
        if let Some(picture) = shard.labels().iter().position(|&label| u32::from(label) >= classes) {
            let label = shard.labels()[picture];
            return Err(ShardError::LabelOutOfRange { name: name(), picture, label, classes });
        }
        Ok(shard)
    }

    /// How many classes its labels may name.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// All pixels, `[N, C, H, W]`.
    pub fn pixels(&self) -> &[u8] {
        &self.bytes[HEADER..self.bytes.len() - self.count]
    }

    /// All labels, `[N]`.
    pub fn labels(&self) -> &[u8] {
        &self.bytes[self.bytes.len() - self.count..]
    }
}

impl Examples for Shard {
    fn shape(&self) -> [usize; 3] {
        self.shape
    }

    fn len(&self) -> usize {
        self.count
    }

    fn example(&self, index: usize) -> Option<Example<'_>> {
        let label = u16::from(*self.labels().get(index)?);
        let size: usize = self.shape.iter().product();
        Some(Example { pixels: &self.pixels()[index * size..(index + 1) * size], label })
    }
}

/// With the smallest table: a larger one is faster, and every visitor would load it.
pub(crate) static CRC_32: Crc<u32, Table<1>> = Crc::<u32, Table<1>>::new(&CRC_32_ISO_HDLC);

/// CRC-32 of everything but the checksum itself; finds every change of up to 32 neighbouring bits.
fn checksum(bytes: &[u8]) -> u32 {
    let mut digest = CRC_32.digest();
    digest.update(&bytes[..CHECKSUM.start]);
    digest.update(&bytes[CHECKSUM.end..]);
    digest.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "train-07.bin";

    fn bytes() -> Vec<u8> {
        Shard::encode(NAME, [2, 1, 3], 4, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], &[3, 0]).unwrap()
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        let shard = Shard::decode(NAME, bytes()).unwrap();
        assert_eq!((shard.len(), shard.shape(), shard.classes()), (2, [2, 1, 3], 4));
        assert_eq!(shard.labels(), [3, 0]);
        assert_eq!(shard.example(1), Some(Example { pixels: &[7, 8, 9, 10, 11, 12], label: 0 }));
        assert_eq!(shard.example(2), None);
    }

    #[test]
    fn the_format_is_as_documented() {
        let bytes = bytes();
        assert_eq!(bytes[..28], *b"CGSH\x01\0\0\0\x02\0\0\0\x02\0\0\0\x01\0\0\0\x03\0\0\0\x04\0\0\0");
        assert_eq!(bytes[32..], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 3, 0]);
        // python3 -c 'import zlib; print(hex(zlib.crc32(…the bytes above, in order…)))'
        assert_eq!(bytes[28..32], 0xdeed_6315_u32.to_le_bytes());
    }

    #[test]
    fn every_prefix_is_said_to_be_cut_off() {
        let bytes = bytes();
        for end in 0..bytes.len() {
            let error = Shard::decode(NAME, bytes[..end].to_vec()).unwrap_err();
            assert!(matches!(error, ShardError::Truncated { found, .. } if found == end as u64), "{end}: {error}");
        }
        let error = Shard::decode(NAME, bytes[..40].to_vec()).unwrap_err();
        assert_eq!(error.to_string(), "train-07.bin was cut off: 46 bytes were announced, 40 arrived.");
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let bytes = bytes();
        for at in 0..bytes.len() {
            for change in 1..=255 {
                let mut damaged = bytes.clone();
                damaged[at] ^= change;
                assert!(Shard::decode(NAME, damaged).is_err(), "byte {at} changed by {change}");
            }
        }
    }

    #[test]
    fn each_kind_of_damage_has_its_sentence() {
        let sentence = |bytes: Vec<u8>| Shard::decode(NAME, bytes).unwrap_err().to_string();
        let mut damaged = bytes();
        damaged[35] ^= 1;
        assert!(sentence(damaged).starts_with("train-07.bin was damaged on its way: its checksum is "));
        let page = b"<!doctype html><title>Not found</title>".to_vec();
        assert!(sentence(page).starts_with("train-07.bin is not a Chalkgrad shard."));
        let mut newer = bytes();
        newer[4] = 2;
        assert!(sentence(newer).contains("version 2 of the shard format; this program reads version 1"));
        let mut longer = bytes();
        longer.push(0);
        assert!(sentence(longer).starts_with("train-07.bin is longer than it says"));
        let mut immense = bytes();
        immense[8..24].fill(255);
        assert!(sentence(immense).starts_with("train-07.bin was cut off"));
    }

    #[test]
    fn what_could_not_be_read_is_not_written() {
        let error = Shard::encode(NAME, [1, 1, 1], 4, &[9, 9], &[1, 4]).unwrap_err();
        assert_eq!(error.to_string(), "In train-07.bin, picture 1 has label 4, but there are only 4 classes.");
        assert!(matches!(Shard::encode(NAME, [1, 1, 1], 4, &[9], &[1, 2]), Err(ShardError::Truncated { .. })));
        assert!(matches!(Shard::encode(NAME, [1, 1, 1], 4, &[9, 9, 9], &[1, 2]), Err(ShardError::TooLong { .. })));
        assert!(matches!(Shard::encode(NAME, [1, 1, 1], 4, &[], &[]), Err(ShardError::EmptyShape { .. })));
        assert!(matches!(Shard::encode(NAME, [0, 1, 1], 4, &[], &[1]), Err(ShardError::EmptyShape { .. })));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_panic(mut bytes: Vec<u8>, header in proptest::bool::ANY) {
            if header && bytes.len() >= 8 {
                bytes[..8].copy_from_slice(b"CGSH\x01\0\0\0");
            }
            proptest::prop_assert!(Shard::decode(NAME, bytes).is_err());
        }
    }
}
