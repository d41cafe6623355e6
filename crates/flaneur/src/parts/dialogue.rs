//! Asks the operator, at the first start on a terminal, what becomes of what is blurred.

use std::{
    fs::OpenOptions,
    io::{self, BufRead, IsTerminal as _, Write},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use anyhow::{Context as _, Result, bail};
use flaneur_worker::seal_to::{NewKey, Recipients};

use crate::options::NOBODY;

/// Answers that make no sense, until the start is given up.
const MOST_ANSWERS: usize = 8;
/// Where the private part of a new key is written, unless the operator says otherwise.
const USUAL_FILE: &str = "flaneur-identity.txt";

const INTRODUCTION: &str = "
Faces and plates are taken out of every picture. Detectors blur a statue now and then, too. So that such false alarms
can be undone, what is taken out can be kept, encrypted to a key whose private part this machine does not have.

  1  keep it, under a new key: its private part is written to a file, for you to take away
  2  keep it, under a key that I have (age1...)
  3  keep nothing: what is blurred is gone for good
";

const NOTHING_CHOSEN: &str = "nothing was chosen: start again, or say what becomes of what is blurred by --seal-to";

/// Whether somebody is there to be asked.
pub fn possible() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks on the terminal. Answers what was chosen, as it is written down.
pub async fn held() -> Result<String> {
    let (answer, answered) = tokio::sync::oneshot::channel();
    // Not a task: one that waits for a line would keep a process that is told to stop.
    let asking = move || {
        // Nobody waits for the answer if the process is about to end.
        let _ = answer.send(hold(&mut io::stdin().lock(), &mut io::stderr()));
    };
    std::thread::Builder::new().name("asking".to_owned()).spawn(asking).context("cannot ask on the terminal")?;
    answered.await.context("cannot ask on the terminal")?
}

fn hold(input: &mut dyn BufRead, output: &mut dyn Write) -> Result<String> {
    writeln!(output, "{INTRODUCTION}")?;
    for _ in 0..MOST_ANSWERS {
        let chosen = match line(input, output, "Choose 1, 2 or 3: ")?.as_str() {
            "1" => new_key(input, output)?,
            "2" => own_key(input, output)?,
            "3" => Some(NOBODY.to_owned()),
            _ => None,
        };
        if let Some(chosen) = chosen {
            return Ok(chosen);
        }
    }
    bail!(NOTHING_CHOSEN)
}

/// What is typed, without blanks around it.
fn line(input: &mut dyn BufRead, output: &mut dyn Write, question: &str) -> Result<String> {
    write!(output, "{question}")?;
    output.flush()?;
    let mut typed = String::new();
    let read = input.read_line(&mut typed).context("cannot read what is typed")?;
    if read == 0 {
        bail!(NOTHING_CHOSEN);
    }
    Ok(typed.trim().to_owned())
}

fn own_key(input: &mut dyn BufRead, output: &mut dyn Write) -> Result<Option<String>> {
    let key = line(input, output, "The public part of the key, age1...: ")?;
    if let Err(why) = Recipients::parse(&[&key]) {
        writeln!(output, "{why}")?;
        return Ok(None);
    }
    Ok(Some(key))
}

fn new_key(input: &mut dyn BufRead, output: &mut dyn Write) -> Result<Option<String>> {
    let question = format!("File to write the private part to [{USUAL_FILE}]: ");
    let typed = line(input, output, &question)?;
    let file = Path::new(if typed.is_empty() { USUAL_FILE } else { &typed });
    let key = NewKey::generate();
    // One that is there may be a key that something is sealed to.
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .and_then(|mut opened| opened.write_all(key.file().as_bytes()).and_then(|()| opened.sync_all()));
    if let Err(why) = written {
        writeln!(output, "cannot write {}: {why}", file.display())?;
        return Ok(None);
    }
    writeln!(
        output,
        "\nThe private part is in {}. Copy it to two places off line, then delete it here: whoever has it and reaches\n\
         the private storage sees what was blurred, and without it nothing can be undone.\n",
        file.display()
    )?;
    Ok(Some(key.recipient))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn held(typed: &str) -> (Result<String>, String) {
        let mut said = Vec::new();
        let chosen = hold(&mut typed.as_bytes(), &mut said);
        (chosen, String::from_utf8(said).unwrap())
    }

    #[test]
    fn nothing_is_kept() {
        assert_eq!(held("3\n").0.unwrap(), "none");
        assert_eq!(held("yes\n\n 3 \n").0.unwrap(), "none", "what makes no sense is asked again");
    }

    #[test]
    fn a_key_of_ones_own() {
        let key = NewKey::generate().recipient;
        let (chosen, said) = held(&format!("2\nage1nonsense\n2\n{key}\n"));
        assert_eq!(chosen.unwrap(), key);
        assert!(said.contains("age-keygen"), "{said}");
    }

    #[test]
    fn a_new_key_is_in_a_file_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let [taken, file] = ["taken", "identity"].map(|name| folder.path().join(name));
        std::fs::write(&taken, "another").unwrap();
        let (chosen, said) = held(&format!("1\n{}\n1\n{}\n", taken.display(), file.display()));
        let sealed = Recipients::parse(&[chosen.unwrap()]).unwrap().encrypt(b"a face").unwrap();
        let written = std::fs::read_to_string(&file).unwrap();
        let key = flaneur_worker::seal_to::Identities::parse(&written).unwrap();
        assert_eq!(key.decrypt(&sealed).unwrap(), b"a face");
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_to_string(&taken).unwrap(), "another");
        assert!(said.contains("off line") && !said.contains("AGE-SECRET-KEY"), "{said}");
    }

    #[test]
    fn whoever_says_nothing_is_not_taken_to_have_chosen() {
        for silent in ["", "2\n", "x\n".repeat(20).as_str()] {
            let (chosen, _) = held(silent);
            assert!(chosen.unwrap_err().to_string().contains("--seal-to"));
        }
    }
}
