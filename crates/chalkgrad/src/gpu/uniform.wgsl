// Uniform random numbers in [0, 1): Philox 4×32-10, as `random.rs` defines it, bit by bit. A thread makes four.

struct Parameters {
    elements: u32,
    stream: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
// 24 + 24 + 16 bits of the seed, then 24 + 24 of the step.
@group(0) @binding(1) var<storage, read> words: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

// The upper 32 bits of a product, from halves of 16 bits.
fn multiply_high(a: u32, b: u32) -> u32 {
    let low = (a & 0xffffu) * (b & 0xffffu);
    let first = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
    let second = (a & 0xffffu) * (b >> 16u) + (first & 0xffffu);
    return (a >> 16u) * (b >> 16u) + (first >> 16u) + (second >> 16u);
}

fn philox(start: vec4<u32>, seed: vec2<u32>) -> vec4<u32> {
    var counter = start;
    var key = seed;
    for (var round = 0u; round < 10u; round++) {
        counter = vec4<u32>(
            multiply_high(0xcd9e8d57u, counter.z) ^ counter.y ^ key.x,
            0xcd9e8d57u * counter.z,
            multiply_high(0xd2511f53u, counter.x) ^ counter.w ^ key.y,
            0xd2511f53u * counter.x,
        );
        key += vec2<u32>(0x9e3779b9u, 0xbb67ae85u);
    }
    return counter;
}

fn word(index: u32) -> u32 {
    return u32(words[index]);
}

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = invocation(workgroup, groups, local);
    if (4u * i >= parameters.elements) {
        return;
    }
    let seed = vec2<u32>(word(0u) | (word(1u) << 24u), (word(1u) >> 8u) | (word(2u) << 16u));
    let step = vec2<u32>(word(3u) | (word(4u) << 24u), (word(4u) >> 8u) | 0x80000000u);
    let bits = philox(vec4<u32>(i, parameters.stream, step), seed);
    for (var k = 0u; k < min(4u, parameters.elements - 4u * i); k++) {
        y[4u * i + k] = f32(bits[k] >> 8u) * 5.9604644775390625e-8;
    }
}
