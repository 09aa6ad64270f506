//! State dicts as safetensors files, which PyTorch and its tools read and write: a JSON header of names, dtypes, shapes and
//! offsets, then the numbers.

use std::borrow::Cow;

use ::safetensors::tensor::{Dtype as Stored, Metadata, View, serialize};
use half::{bf16, f16};

use super::{Dtype, StateDict, StateTensor};
use crate::order::order;
use crate::{Array, Error, Result, Shape};

/// Before the header stands its length.
const LENGTH: usize = 8;
/// The header's place for what is no tensor.
const METADATA: &str = "__metadata__";

impl StateDict {
    /// Reads a file: float32, float16, bfloat16 and int64 tensors, in the order in which they lie there. No bytes make it
    /// panic, or take more memory than a small multiple of their own length.
    ///
    /// ```
    /// use chalkgrad::{Array, Dtype, StateDict};
    ///
    /// let state = StateDict::from_iter([("weight", Array::from(0.1_f32))]);
    /// let half = StateDict::from_safetensors(&state.to_dtype(Dtype::F16).to_safetensors()?)?;
    /// assert_eq!(half.get("weight").unwrap().dtype(), Dtype::F16);
    /// assert_eq!(half.get("weight").unwrap().values()[0], 0.099975586);
    /// assert!(StateDict::from_safetensors(b"PK\x03\x04").is_err());
    /// # Ok::<(), chalkgrad::Error>(())
    /// ```
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self> {
        let Some((length, rest)) = bytes.split_first_chunk::<LENGTH>() else {
            return Err(refusal("it is shorter than any"));
        };
        let length = u64::from_le_bytes(*length);
        let Some((header, body)) = usize::try_from(length).ok().and_then(|length| rest.split_at_checked(length)) else {
            let rest = rest.len();
            return Err(refusal(format!(
                "its header should have {length} bytes, but {rest} follow: it is cut short, or another format"
            )));
        };
        // `SafeTensors::deserialize` adds to the end of the last tensor before it compares it with the length of the file,
        // and a hostile header makes that overflow (0.8.0).
        let metadata: Metadata =
            serde_json::from_slice(header).map_err(|error| refusal(format!("its header cannot be read ({error})")))?;
        if metadata.data_len() != body.len() {
            let (needed, found) = (metadata.data_len(), body.len());
            return Err(refusal(format!("its tensors need {needed} bytes, but {found} follow the header")));
        }
        let tensors = metadata.tensors();
        let places: Vec<_> = tensors.iter().map(|(key, info)| (info.data_offsets, key)).collect();
        let order = order(places.len(), &|a, b| places[a].cmp(&places[b]));
        let read = |((start, end), key): ((usize, usize), &String)| {
            let (info, bytes) = (tensors[key], &body[start..end]);
            let tensor = read_tensor(info.dtype, &info.shape, bytes).ok_or_else(|| {
                let dtype = info.dtype;
                refusal(format!("`{key}` is stored as {dtype}, and only F32, F16, BF16 and I64 can be read"))
            });
            Ok((key.clone(), tensor?))
        };
        order.into_iter().map(|place| read(places[place])).collect()
    }

    /// Writes a file, each tensor in its own dtype, marked as PyTorch's (`{"format": "pt"}`).
    pub fn to_safetensors(&self) -> Result<Vec<u8>> {
        if self.get(METADATA).is_some() {
            return Err(refusal(format!("no tensor may have the key `{METADATA}`")));
        }
        let metadata = [("format".to_owned(), "pt".to_owned())].into_iter().collect();
        serialize(self.iter(), Some(metadata)).map_err(|error| refusal(error.to_string()))
    }
}

fn refusal(reason: impl Into<String>) -> Error {
    Error::SafeTensors { reason: reason.into() }
}

/// `None` for a dtype that we do not know, or too few bytes.
fn read_tensor(dtype: Stored, shape: &[usize], bytes: &[u8]) -> Option<StateTensor> {
    let shape = Shape::from(shape);
    let floats = |values: Vec<f32>, dtype| Some(StateTensor::floats(Array::new(shape.clone(), values)?, dtype));
    match dtype {
        Stored::F32 => floats(words(bytes, f32::from_le_bytes), Dtype::F32),
        Stored::F16 => floats(words(bytes, |word| f16::from_le_bytes(word).to_f32()), Dtype::F16),
        Stored::BF16 => floats(words(bytes, |word| bf16::from_le_bytes(word).to_f32()), Dtype::Bf16),
        Stored::I64 => Some(Array::new(shape, words(bytes, i64::from_le_bytes))?.into()),
        _ => None,
    }
}

/// The numbers that lie one after the other in as many bytes each.
fn words<const N: usize, T>(bytes: &[u8], read: fn([u8; N]) -> T) -> Vec<T> {
    let (words, _) = bytes.as_chunks::<N>();
    words.iter().map(|&word| read(word)).collect()
}

impl View for &StateTensor {
    fn dtype(&self) -> Stored {
        match StateTensor::dtype(self) {
            Dtype::F32 => Stored::F32,
            Dtype::F16 => Stored::F16,
            Dtype::Bf16 => Stored::BF16,
            Dtype::I64 => Stored::I64,
        }
    }

    fn shape(&self) -> &[usize] {
        StateTensor::shape(self).dims()
    }

    fn data(&self) -> Cow<'_, [u8]> {
        let values = self.values();
        let bytes: Vec<u8> = match StateTensor::dtype(self) {
            Dtype::F32 => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            Dtype::F16 => values.iter().flat_map(|&value| f16::from_f32(value).to_le_bytes()).collect(),
            Dtype::Bf16 => values.iter().flat_map(|&value| bf16::from_f32(value).to_le_bytes()).collect(),
            Dtype::I64 => self.integers().unwrap_or(&[]).iter().flat_map(|value| value.to_le_bytes()).collect(),
        };
        bytes.into()
    }

    fn data_len(&self) -> usize {
        let elements = StateTensor::shape(self).elements();
        elements
            * match StateTensor::dtype(self) {
                Dtype::F32 => 4,
                Dtype::F16 | Dtype::Bf16 => 2,
                Dtype::I64 => 8,
            }
    }
}
