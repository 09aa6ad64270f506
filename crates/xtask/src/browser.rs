//! A Chromium, its driver and a Vulkan driver in software: found, or installed where we may.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::Result;

use crate::shell::{Step, command, find_program, output_of, run};

const CHROMIUM_NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const PACKAGES: [&str; 4] = ["chromium", "chromium-driver", "mesa-vulkan-drivers", "libvulkan1"];

/// What the tests found on this machine.
pub(crate) struct Machine {
    pub(crate) chromium: Option<PathBuf>,
    pub(crate) chromedriver: Option<PathBuf>,
    /// The manifest of Mesa's software driver, unless a driver has been chosen by the environment.
    pub(crate) software_vulkan: Option<PathBuf>,
}

impl Machine {
    /// Find everything; install what is missing with apt where this user may.
    pub(crate) fn set_up() -> Result<Self> {
        let step = Step::start("Setting up: Chromium, its driver, a Vulkan driver");
        let mut machine = Self::find();
        if !machine.is_complete() && install_packages() {
            machine = Self::find();
        }
        let show = |path: &Option<PathBuf>| match path {
            Some(path) => path.display().to_string(),
            None => "none".into(),
        };
        println!("   Chromium: {}", show(&machine.chromium));
        println!("   chromedriver: {}", show(&machine.chromedriver));
        match chosen_driver() {
            Some(driver) => println!("   Vulkan driver: {driver}, as the environment says"),
            None => println!("   Vulkan driver in software: {}", show(&machine.software_vulkan)),
        }
        step.done("looked");
        Ok(machine)
    }

    /// Where no part asks for anything.
    pub(crate) fn none() -> Self {
        Self { chromium: None, chromedriver: None, software_vulkan: None }
    }

    fn find() -> Self {
        Self {
            chromium: from_environment("CHROMIUM").or_else(|| find_program(&CHROMIUM_NAMES)),
            chromedriver: from_environment("CHROMEDRIVER").or_else(|| find_program(&["chromedriver"])),
            software_vulkan: if chosen_driver().is_some() { None } else { find_lavapipe() },
        }
    }

    fn is_complete(&self) -> bool {
        let has_gpu = self.software_vulkan.is_some() || chosen_driver().is_some() || !cfg!(target_os = "linux");
        self.chromium.is_some() && self.chromedriver.is_some() && has_gpu
    }

    /// The environment in which GPU tests find an adapter.
    pub(crate) fn gpu_environment(&self) -> Vec<(&'static str, &Path)> {
        // The loader's older and newer name for the same thing.
        let names = ["VK_ICD_FILENAMES", "VK_DRIVER_FILES"];
        self.software_vulkan.iter().flat_map(|driver| names.map(|name| (name, driver.as_path()))).collect()
    }
}

fn from_environment(name: &str) -> Option<PathBuf> {
    env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Whoever names a driver wants that one.
fn chosen_driver() -> Option<String> {
    ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"].iter().find_map(|name| env::var(name).ok())
}

fn find_lavapipe() -> Option<PathBuf> {
    let entries = fs::read_dir("/usr/share/vulkan/icd.d").ok()?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths.into_iter().find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("lvp_icd")))
}

/// True if the packages were installed. A machine without apt, or without the right to use it, is no error here.
fn install_packages() -> bool {
    if find_program(&["apt-get"]).is_none() {
        println!("   something is missing, and there is no apt-get to install {}", PACKAGES.join(", "));
        return false;
    }
    let is_root = output_of("id", &["-u"]).as_deref() == Some("0");
    let may_sudo = !is_root && output_of("sudo", &["-n", "true"]).is_some();
    if !is_root && !may_sudo {
        println!("   something is missing; install it with: sudo apt-get install {}", PACKAGES.join(" "));
        return false;
    }
    let apt = |arguments: &[&str]| {
        let arguments = [&["apt-get"], arguments].concat();
        let mut apt = if is_root {
            command(arguments[0], &arguments[1..])
        } else {
            command("sudo", &[&["-n"], &arguments[..]].concat())
        };
        apt.env("DEBIAN_FRONTEND", "noninteractive");
        run(&mut apt)
    };
    let install = [&["install", "-y", "--no-install-recommends"], &PACKAGES[..]].concat();
    match apt(&["update"]).and_then(|()| apt(&install)) {
        Ok(()) => true,
        Err(error) => {
            println!("   the packages could not be installed: {error:#}");
            false
        }
    }
}
