//! A run's whole state as opaque bytes: what a page keeps, and what a new worker starts from.
//!
//! Layout, little-endian: magic, version, fingerprint of the network and the optimiser's kind, step, the step at which the
//! optimiser's states began, then parameters, states and buffers as f32, then a checksum of all before it.

use super::Trainer;
use crate::{Error, Result};

const MAGIC: &[u8; 4] = b"CGSN";
const VERSION: u32 = 2;
const HEADER: usize = 4 + 4 + 8 + 8 + 8;
const CHECKSUM: usize = 8;

impl Trainer {
    /// Parameters, buffers, optimiser state and step.
    pub async fn snapshot(&self) -> Result<Vec<u8>> {
        let mut bytes = Vec::from(MAGIC);
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend(self.fingerprint().to_le_bytes());
        bytes.extend(self.step.to_le_bytes());
        bytes.extend(self.began.to_le_bytes());
        for name in self.flat_names() {
            let values = self.store().read(&name).await?;
            bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        }
        bytes.extend(checksum(&bytes).to_le_bytes());
        Ok(bytes)
    }

    /// Goes on where the snapshot stood. Damaged bytes, or another network's, change nothing.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<()> {
        let refuse = |reason: &str| Err(Error::Snapshot { reason: reason.into() });
        let names = self.flat_names();
        let lengths = names.iter().map(|name| self.store().len(name)).collect::<Result<Vec<usize>>>()?;
        if bytes.get(..4) != Some(MAGIC) {
            return refuse("it does not begin as a snapshot does");
        }
        if number(bytes, 4, 4) != Some(u64::from(VERSION)) {
            return refuse("it was written by another version");
        }
        if number(bytes, 8, 8) != Some(self.fingerprint()) {
            return refuse("it belongs to another network or optimiser");
        }
        let whole = bytes.len() == HEADER + 4 * lengths.iter().sum::<usize>() + CHECKSUM;
        let (Some(step), Some(began), true) = (number(bytes, 16, 8), number(bytes, 24, 8), whole) else {
            return refuse("it is cut short");
        };
        let (body, sum) = bytes.split_at(bytes.len() - CHECKSUM);
        if number(sum, 0, 8) != Some(checksum(body)) {
            return refuse("it is damaged");
        }
        let values: Vec<f32> = body[HEADER..]
            .chunks_exact(4)
            .map(|word| f32::from_le_bytes([word[0], word[1], word[2], word[3]]))
            .collect();
        let mut rest = values.as_slice();
        for (name, len) in names.iter().zip(lengths) {
            let (values, after) = rest.split_at(len);
            self.store().write(name, values)?;
            rest = after;
        }
        (self.step, self.began, self.unread) = (step, began.min(step), 0);
        Ok(())
    }

    fn flat_names(&self) -> Vec<String> {
        let states = self.options.update().states();
        ["flat/parameters".to_owned()].into_iter().chain(states).chain(["flat/buffers".to_owned()]).collect()
    }

    /// Paths, shapes and the kind of optimiser, hashed.
    fn fingerprint(&self) -> u64 {
        let network = self.network();
        let parameters = network.parameters().iter().map(|parameter| format!("{}{}", parameter.path, parameter.shape));
        let buffers = network.buffers().iter().map(|buffer| format!("{}{}", buffer.path, buffer.shape));
        let kind = self.options.update().kind();
        checksum(parameters.chain([kind]).chain(buffers).collect::<String>().as_bytes())
    }
}

/// An unsigned little-endian number.
fn number(bytes: &[u8], at: usize, len: usize) -> Option<u64> {
    let field = bytes.get(at..at + len)?;
    Some(field.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte)))
}

/// FNV-1a, 64 bits.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
