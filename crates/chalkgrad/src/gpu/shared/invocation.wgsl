// The number of this thread in a dispatch that was folded into rows, 64 threads a workgroup.
fn invocation(workgroup: vec3<u32>, groups: vec3<u32>, local: u32) -> u32 {
    return (workgroup.y * groups.x + workgroup.x) * 64u + local;
}

