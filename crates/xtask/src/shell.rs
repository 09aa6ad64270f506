//! Running other programs: where they are, what they print, whether they succeeded.
//!
//! Everything runs in the root of the repository. A program that is missing is an error with its name.

use std::{
    env,
    ffi::OsStr,
    io::{self, BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("crates/xtask lies two folders below the root")
}

/// A command in the root of the repository.
pub(crate) fn command<S: AsRef<OsStr>>(program: &str, arguments: &[S]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root());
    command
}

/// npm is a script, which has another name on Windows.
pub(crate) fn npm<S: AsRef<OsStr>>(arguments: &[S]) -> Command {
    command(if cfg!(windows) { "npm.cmd" } else { "npm" }, arguments)
}

/// Run it, its output going to ours, and fail if it fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = line_of(command);
    println!("  $ {line}");
    let status = command.status().with_context(|| format!("`{line}` could not be started"))?;
    ensure!(status.success(), "`{line}` failed ({status})");
    Ok(())
}

/// What it prints, if it is there and succeeds.
pub(crate) fn output_of(program: &str, arguments: &[&str]) -> Option<String> {
    let output = command(program, arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Run it, show its output as it comes, and keep it too.
pub(crate) fn tee(command: &mut Command) -> Result<(bool, String)> {
    let line = line_of(command);
    println!("  $ {line}");
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("`{line}` could not be started"))?;
    let stdout = child.stdout.take().context("its output is piped")?;
    let stderr = child.stderr.take().context("its messages are piped")?;
    let messages = thread::spawn(move || copy_lines(stderr, io::stderr()));
    let mut text = copy_lines(stdout, io::stdout());
    text.push_str(&messages.join().unwrap_or_default());
    Ok((child.wait()?.success(), text))
}

fn copy_lines(source: impl Read, mut target: impl Write) -> String {
    let mut text = String::new();
    let mut source = BufReader::new(source);
    let mut line = Vec::new();
    while matches!(source.read_until(b'\n', &mut line), Ok(length) if length > 0) {
        // A closed terminal is no reason to lose the results.
        target.write_all(&line).ok();
        target.flush().ok();
        text.push_str(&String::from_utf8_lossy(&line));
        line.clear();
    }
    text
}

fn line_of(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// The first of these programs that is on PATH.
pub(crate) fn find_program(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    names.iter().find_map(|name| {
        let file = format!("{name}{}", env::consts::EXE_SUFFIX);
        folders.iter().map(|folder| folder.join(&file)).find(|candidate| candidate.is_file())
    })
}

/// PATH with these folders of the repository before everything else.
pub(crate) fn path_with(first: &Path) -> Result<std::ffi::OsString> {
    let rest = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(first.to_owned()).chain(env::split_paths(&rest));
    env::join_paths(folders).context("PATH could not be put together")
}

/// Is this a build server, where what is missing is a failure?
pub(crate) fn is_ci() -> bool {
    env::var("CI").is_ok_and(|value| !value.is_empty() && value != "false" && value != "0")
}

/// `83 s`, `4 min 05 s`.
pub(crate) fn seconds(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 90.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{} min {:02} s", duration.as_secs() / 60, duration.as_secs() % 60)
    }
}

/// Say what is being done; [`Step::done`] says how long it took.
pub(crate) struct Step {
    started: Instant,
}

impl Step {
    pub(crate) fn start(what: &str) -> Self {
        println!("\n── {what}");
        Self { started: Instant::now() }
    }

    pub(crate) fn done(&self, outcome: &str) {
        println!("   {outcome} ({})", seconds(self.started.elapsed()));
    }
}
