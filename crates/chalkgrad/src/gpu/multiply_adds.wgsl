// Multiply-adds in registers and nothing else: what the device can do at most.

struct Parameters {
    threads: u32,
    rounds: u32,
}

@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

fn twice(x: vec4<f32>, factor: vec4<f32>, summand: vec4<f32>) -> vec4<f32> {
    return fma(fma(x, factor, summand), factor, summand);
}

// Eight in a row, so that the loop around them does not count.
fn eight_times(x: vec4<f32>, factor: vec4<f32>, summand: vec4<f32>) -> vec4<f32> {
    let four = twice(twice(x, factor, summand), factor, summand);
    return twice(twice(four, factor, summand), factor, summand);
}

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let i = invocation(workgroup, groups, local);
    if (i >= parameters.threads) {
        return;
    }
    // Of the thread's own, or a compiler would compute them once.
    let factor = vec4<f32>(0.5 + f32(i & 1u) * 0.125);
    let summand = vec4<f32>(0.25);
    // Four chains hide a multiply-add's latency.
    var sum0 = vec4<f32>(1.0);
    var sum1 = vec4<f32>(2.0);
    var sum2 = vec4<f32>(3.0);
    var sum3 = vec4<f32>(4.0);
    for (var round = 0u; round < parameters.rounds; round++) {
        sum0 = eight_times(sum0, factor, summand);
        sum1 = eight_times(sum1, factor, summand);
        sum2 = eight_times(sum2, factor, summand);
        sum3 = eight_times(sum3, factor, summand);
    }
    let sum = sum0 + sum1 + sum2 + sum3;
    y[i] = sum.x + sum.y + sum.z + sum.w;
}
