// Where element `index` of a walk through memory lies. The walk is `rank` axes from `parameters.axes[first]` on, innermost
// first, each with its length (x) and stride (y). Nothing is left over for the outermost, so it needs no division.
fn walked(first: u32, rank: u32, index: u32) -> u32 {
    var rest = index;
    var place = 0u;
    for (var axis = first; axis < first + rank; axis++) {
        let along = parameters.axes[axis];
        if (axis + 1u == first + rank) {
            place += rest * along.y;
        } else {
            place += rest % along.x * along.y;
            rest /= along.x;
        }
    }
    return place;
}

