//! The game's words: which are asked for, and how a sentence names them.

/// Words of a round.
pub const WORDS: usize = 6;
/// A network that knows so many categories can spare some.
const MANY: usize = 100;

/// What such a network is not asked for.
const LEFT_OUT: [&str; 18] = [
    // A scene or a masterpiece: more than twenty seconds of drawing.
    "animal migration",
    "The Great Wall of China",
    "The Mona Lisa",
    "aircraft carrier",
    "garden",
    "hospital",
    "roller coaster",
    // No shape that people agree on: a box, a line or a blot.
    "camouflage",
    "cooler",
    "stereo",
    "spreadsheet",
    "stitches",
    "string bean",
    "hockey puck",
    "bottlecap",
    "marker",
    // Not in front of a class.
    "rifle",
    "underwear",
];

/// Things that are many, or cannot be counted.
const WITHOUT_ARTICLE: [&str; 28] = [
    "asparagus",
    "binoculars",
    "bread",
    "broccoli",
    "camouflage",
    "drums",
    "eyeglasses",
    "flip flops",
    "grapes",
    "grass",
    "headphones",
    "lightning",
    "matches",
    "animal migration",
    "pants",
    "peas",
    "pliers",
    "rain",
    "rollerskates",
    "scissors",
    "shorts",
    "stairs",
    "stitches",
    "toothpaste",
    "underwear",
    "yoga",
    "glasses",
    "trousers",
];

/// Six different classes at random, or as many as there are. `random` is at least 0 and below 1.
pub fn chosen(classes: &[String], mut random: impl FnMut() -> f64) -> Vec<String> {
    let is_asked = |class: &&String| classes.len() < MANY || !LEFT_OUT.contains(&class.as_str());
    let mut left: Vec<&String> = classes.iter().filter(is_asked).collect();
    let mut words: Vec<String> = Vec::new();
    while words.len() < WORDS && !left.is_empty() {
        let place = (random() * left.len() as f64) as usize;
        let word = left.swap_remove(place.min(left.len() - 1));
        if !words.contains(word) {
            words.push(word.clone());
        }
    }
    words
}

/// A name as a sentence has it: "a bicycle", "an apple", "bread", "the Eiffel Tower".
pub fn with_article(name: &str) -> String {
    if let Some(rest) = name.strip_prefix("The ") {
        return format!("the {rest}");
    }
    if WITHOUT_ARTICLE.contains(&name) {
        return name.into();
    }
    // As it is spoken: an hour, a unicorn.
    let has_vowel = name.starts_with(['a', 'e', 'i', 'o', 'u', 'A', 'E', 'I', 'O', 'U']);
    let is_an = (has_vowel && !name.starts_with("uni")) || name.starts_with("hour");
    format!("{} {name}", if is_an { "an" } else { "a" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(count: usize) -> Vec<String> {
        (0..count).map(|class| format!("class {class}")).collect()
    }

    #[test]
    fn six_different_words_are_chosen_wherever_chance_falls() {
        for chance in [0.0, 0.3, 0.999_999, 1.0] {
            let words = chosen(&classes(345), || chance);
            let mut different = words.clone();
            different.sort();
            different.dedup();
            assert_eq!((words.len(), different.len()), (6, 6), "{chance}");
        }
    }

    #[test]
    fn fewer_classes_are_all_asked_for_once() {
        let mut words = chosen(&classes(3), || 0.5);
        words.sort();
        assert_eq!(words, classes(3));
        assert_eq!(chosen(&["cat".into(), "cat".into()], || 0.0), ["cat"]);
        assert!(chosen(&[], || 0.0).is_empty());
    }

    #[test]
    fn hard_words_are_left_out_where_there_are_many_and_asked_where_a_visitor_chose_them() {
        let hard: Vec<String> = LEFT_OUT.map(String::from).to_vec();
        assert_eq!(chosen(&hard, || 0.0).len(), 6);
        let many: Vec<String> = hard.into_iter().cycle().take(MANY).chain(["cat".into()]).collect();
        assert_eq!(chosen(&many, || 0.0), ["cat"]);
    }

    #[test]
    fn a_name_has_the_article_that_is_spoken() {
        let names =
            ["bicycle", "apple", "umbrella", "hourglass", "house", "unicorn", "bread", "scissors", "The Eiffel Tower"];
        let spoken = [
            "a bicycle",
            "an apple",
            "an umbrella",
            "an hourglass",
            "a house",
            "a unicorn",
            "bread",
            "scissors",
            "the Eiffel Tower",
        ];
        assert_eq!(names.map(with_article), spoken);
    }
}
