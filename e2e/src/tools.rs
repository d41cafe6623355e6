//! What the tests drive and with what: the binary, models, real clients, photos.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Finds what the tests need. `scripts/test-e2e` sets every variable; without them the usual places are looked at.
///
/// | variable | is | else |
/// |---|---|---|
/// | `FLANEUR_BIN` | the built binary | `target/{debug,release}/flaneur` |
/// | `FLANEUR_MODELS` | folder of detection models | `models` |
/// | `FLANEUR_TEST_PICTURES` | folder of `astronaut.png` and `car.png` | `test-pictures` in the cache |
/// | `FLANEUR_PANORAMAX_CLI` | the command-line client | `venv/bin/panoramax_cli` in the cache |
/// | `FLANEUR_PANORAMAX_CLI_TESTS` | its source, with its tests | `panoramax_cli` in the cache |
/// | `FLANEUR_STAC_VENV` | a virtual environment with generic STAC tools | `stac-venv` in the cache |
/// | `FLANEUR_SCHEMATHESIS_VENV` | a virtual environment with schemathesis | `schemathesis-venv` in the cache |
/// | `FLANEUR_DATASET_VENV` | a virtual environment with readers of GeoParquet | `dataset-venv` in the cache |
/// | `FLANEUR_CHROMIUM` | a Chromium | the first one in `PATH` |
/// | `FLANEUR_TEST_S3_SERVER` | an S3 server, see `flaneur_test_s3` | none: stories that need one are skipped |
/// | `FLANEUR_NGINX` | folder into which nginx was unpacked | `nginx` in the cache |
/// | `FLANEUR_FAKETIME` | the library `libfaketimeMT.so.1` | where Debian's package puts it |
/// | `FLANEUR_SHARED_DATA` | photos of real cameras | `../shared/data` |
#[derive(Debug)]
pub struct Tools;

impl Tools {
    /// The repository.
    pub fn repository() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the repository").to_path_buf()
    }

    /// The binary under test.
    pub fn binary() -> PathBuf {
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| Self::repository().join("target"), PathBuf::from);
        let usual = ["debug", "release"].map(|profile| target.join(profile).join("flaneur"));
        find("FLANEUR_BIN", &usual, "run `cargo build -p flaneur`")
    }

    /// Another program of the workspace, as built with the binary.
    pub fn beside(name: &str) -> PathBuf {
        let program = Self::binary().with_file_name(name);
        assert!(program.is_file(), "{} is not there: run `cargo build --workspace`", program.display());
        program
    }

    /// The folder of detection models.
    pub fn models() -> PathBuf {
        let folder = find("FLANEUR_MODELS", &[Self::repository().join("models")], "run `make models`");
        assert!(folder.join("centerface.onnx").is_file(), "{} holds no models: run `make models`", folder.display());
        folder
    }

    /// A picture with a face (`astronaut.png`) or a plate (`car.png`).
    pub fn test_picture(name: &str) -> PathBuf {
        find("FLANEUR_TEST_PICTURES", &[cache().join("test-pictures")], "run `make test-e2e`").join(name)
    }

    /// The `panoramax_cli` of a virtual environment.
    pub fn panoramax_cli() -> PathBuf {
        find("FLANEUR_PANORAMAX_CLI", &[cache().join("venv/bin/panoramax_cli")], "run `make test-e2e`")
    }

    /// The source of that client, with its own tests, and a Python that runs them.
    pub fn panoramax_cli_tests() -> (PathBuf, PathBuf) {
        let remedy = "run `scripts/tools.sh cli_tests`";
        let source = find("FLANEUR_PANORAMAX_CLI_TESTS", &[cache().join("panoramax_cli")], remedy);
        (source, Self::python())
    }

    /// A Python that has the packages that tests need.
    pub fn python() -> PathBuf {
        Self::panoramax_cli().with_file_name("python3")
    }

    /// A Python that has the official validator of STAC APIs and the usual client.
    pub fn stac_python() -> PathBuf {
        // By this very path: where it leads to, Python knows nothing of the environment.
        find("FLANEUR_STAC_VENV", &[cache().join("stac-venv")], "run `scripts/tools.sh stac`").join("bin/python3")
    }

    /// A Python that has readers of GeoParquet.
    pub fn dataset_python() -> PathBuf {
        let remedy = "run `scripts/tools.sh dataset`";
        find("FLANEUR_DATASET_VENV", &[cache().join("dataset-venv")], remedy).join("bin/python3")
    }

    /// The program that tries whether an API does what its `OpenAPI` document says.
    pub fn schemathesis() -> PathBuf {
        let remedy = "run `scripts/tools.sh schemathesis`";
        find("FLANEUR_SCHEMATHESIS_VENV", &[cache().join("schemathesis-venv")], remedy).join("bin/schemathesis")
    }

    /// A Chromium.
    pub fn chromium() -> PathBuf {
        let path = env::var_os("PATH").unwrap_or_default();
        let usual: Vec<PathBuf> = env::split_paths(&path)
            .flat_map(|folder| ["chromium", "chromium-browser", "google-chrome"].map(|name| folder.join(name)))
            .collect();
        find("FLANEUR_CHROMIUM", &usual, "install Chromium")
    }

    /// The folder into which nginx was unpacked.
    pub fn nginx() -> PathBuf {
        find("FLANEUR_NGINX", &[cache().join("nginx")], "run `scripts/tools.sh nginx`")
    }

    /// The library that shows another time to whatever program it is loaded into.
    pub fn faketime() -> PathBuf {
        let usual: Vec<PathBuf> = std::fs::read_dir("/usr/lib")
            .map(|folders| folders.flatten().map(|each| each.path().join("faketime/libfaketimeMT.so.1")).collect())
            .unwrap_or_default();
        find("FLANEUR_FAKETIME", &usual, "run `scripts/tools.sh faketime`")
    }

    /// The binary, ready to take arguments, with nothing of this process's environment that it reads.
    pub fn flaneur() -> Command {
        let mut command = Command::new(Self::binary());
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("FLANEUR_") || text.starts_with("AWS_") {
                command.env_remove(&name);
            }
        }
        command.env("NO_COLOR", "1").env_remove("RUST_LOG").stdin(Stdio::null());
        command
    }
}

/// Photos of real cameras, which not every copy of the repository has beside it. Says so when they are not there.
pub fn shared_data() -> Option<PathBuf> {
    let folder =
        env::var_os("FLANEUR_SHARED_DATA").map_or_else(|| Tools::repository().join("../shared/data"), PathBuf::from);
    let there = folder.join("INDEX.tsv").is_file();
    if !there {
        println!("skipped: no shared data");
    }
    there.then_some(folder)
}

fn cache() -> PathBuf {
    if let Some(own) = env::var_os("FLANEUR_CACHE") {
        return PathBuf::from(own);
    }
    let base = env::var_os("XDG_CACHE_HOME")
        .map_or_else(|| PathBuf::from(env::var_os("HOME").expect("HOME is set")).join(".cache"), PathBuf::from);
    base.join("flaneur")
}

fn find(variable: &str, usual: &[PathBuf], remedy: &str) -> PathBuf {
    let places: Vec<PathBuf> = env::var_os(variable).map_or_else(|| usual.to_vec(), |named| vec![PathBuf::from(named)]);
    places
        .iter()
        .find(|place| place.exists())
        .unwrap_or_else(|| panic!("nothing at {places:?}: {remedy}, or set {variable}"))
        .canonicalize()
        .expect("what exists has a full path")
}
