//! What changes at the instance while a snapshot is made, or between two.

use std::{fs, time::Duration};

use crate::support::{Fault, File, Ground, Server, contents};

fn two() -> Vec<File> {
    vec![File::of("120220", 0..40), File::of("120221", 40..60)]
}

#[tokio::test]
async fn a_file_that_is_withdrawn_meanwhile_is_taken_as_it_is_then() {
    let server = Server::start(two()).await;
    let ground = Ground::new();
    let anew = File::of("120220", 1..40);
    server.fault(&two()[0], Fault::Withdrawn(vec![anew.clone(), two()[1].clone()]));
    let taken = ground.go(&ground.options(&server)).await;
    assert_eq!((taken.card.pictures, taken.card.state.change), (59, 8));
    assert!(ground.into.join("parts").join(&anew.name).is_file());
    assert!(!ground.into.join("parts").join(&two()[0].name).exists());
}

#[tokio::test]
async fn what_was_withdrawn_after_its_file_came_is_not_in_it_either() {
    let server = Server::start(two()).await;
    let ground = Ground::new();
    let anew = File::of("120220", 1..40);
    server.fault(&two()[0], Fault::Then(vec![anew.clone(), two()[1].clone()]));
    let taken = ground.go(&ground.options(&server)).await;
    assert_eq!((taken.card.pictures, taken.card.state.change), (59, 8));
    let names: Vec<String> = contents(&ground.into).into_keys().collect();
    assert!(!names.iter().any(|name| name.contains(&two()[0].name)), "{names:?}");
}

#[tokio::test]
async fn a_list_that_never_rests_is_given_up() {
    let server = Server::start(two()).await;
    let ground = Ground::new();
    for number in 0..50 {
        let next = vec![File::of("120220", number + 1..number + 9)];
        let now = if number == 0 { two().remove(0) } else { File::of("120220", number..number + 8) };
        server.fault(&now, Fault::Withdrawn(next));
    }
    let told = ground.fail(&ground.options(&server)).await;
    assert!(told.contains("20 times in a row"), "{told}");
    assert!(!ground.into.join("SHA256SUMS").exists());
}

#[tokio::test]
async fn a_list_that_is_not_whole_is_waited_for() {
    let server = Server::start(two()).await;
    let ground = Ground::new();
    server.with(|offer| offer.incomplete_for = 3);
    let taken = ground.go(&ground.options(&server)).await;
    assert_eq!((taken.card.pictures, taken.card.state.incomplete), (60, false));
    // Other waits are for the site, which is broken.
    let looks = || ground.world.slept.lock().unwrap().iter().filter(|time| **time == Duration::from_secs(5)).count();
    assert_eq!(looks(), 3);

    // But not for ever.
    server.with(|offer| offer.incomplete_for = usize::MAX);
    let mut options = ground.options(&server);
    options.into = ground.beside("incomplete");
    options.wait = Duration::from_mins(1);
    let told = ground.fail(&options).await;
    assert!(told.contains("--incomplete") && !options.into.exists(), "{told}");
    assert_eq!(looks(), 3 + 12);

    options.incomplete = true;
    let taken = ground.go(&options).await;
    assert_eq!((taken.card.pictures, taken.card.state.incomplete), (20, true));
    let readme = fs::read_to_string(options.into.join("README.md")).unwrap();
    assert!(readme.contains("**This snapshot is incomplete**"), "{readme}");

    // Later it is whole, and so becomes the folder.
    server.with(|offer| offer.incomplete_for = 0);
    let taken = ground.go(&options).await;
    assert_eq!((taken.card.pictures, taken.new, taken.unchanged), (60, 1, 1));
    assert_eq!(contents(&options.into), contents(&ground.into));
}

#[tokio::test]
async fn an_older_snapshot_is_replaced_as_a_whole() {
    let server = Server::start(two()).await;
    let ground = Ground::new();
    let options = ground.options(&server);
    ground.go(&options).await;
    let before = contents(&options.into);
    server.seen();
    let anew = File::of("120220", 1..40);
    server.with(|offer| (offer.files, offer.change) = (vec![anew.clone(), two()[1].clone()], 9));
    // While it cannot be made, the older one stays as it was.
    for _ in 0..5 {
        server.fault(&anew, Fault::Status(500, None));
    }
    ground.fail(&options).await;
    assert_eq!(contents(&options.into), before);
    // Then only what is new comes.
    server.seen();
    let taken = ground.go(&options).await;
    assert_eq!(server.seen(), [(anew.name.clone(), None)]);
    assert_eq!((taken.new, taken.unchanged), (1, 1));
    let mut fresh = ground.options(&server);
    fresh.into = ground.beside("fresh");
    ground.go(&fresh).await;
    assert_eq!(contents(&options.into), contents(&fresh.into));
}

/// What a run leaves that is killed, at every step of putting things in place.
#[tokio::test]
async fn whenever_it_was_killed_the_next_run_makes_it_whole() {
    let server = Server::start(two()).await;
    let ground = Ground::new();
    let old = ground.options(&server);
    ground.go(&old).await;
    let older = contents(&old.into);
    let anew = File::of("120220", 1..40);
    server.with(|offer| (offer.files, offer.change) = (vec![anew.clone(), two()[1].clone()], 9));
    let mut fresh = ground.options(&server);
    fresh.into = ground.beside("fresh");
    ground.go(&fresh).await;
    let newer = contents(&fresh.into);
    let documents = ["collection.json", "card.json", "README.md"];
    for step in 0..7 {
        let mut options = ground.options(&server);
        options.into = ground.beside(&format!("killed at {step}"));
        let (into, work) = (options.into.clone(), options.into.join(".work"));
        fs::create_dir_all(into.join("parts")).unwrap();
        fs::create_dir_all(&work).unwrap();
        fs::write(into.join(".lock"), "").unwrap();
        let file = format!("parts/{}", anew.name);
        // In .work or in place, as far as that step had come.
        let place = if step > 2 { into.join(&file) } else { work.join(&anew.name) };
        fs::write(place, &newer[&file]).unwrap();
        for (path, content) in older.iter().filter(|(path, _)| path.starts_with("parts/1")) {
            if step < 2 || newer.contains_key(path) {
                fs::write(into.join(path), content).unwrap();
            }
        }
        for (number, name) in documents.iter().enumerate() {
            let placed = step > 3 + number;
            fs::write(into.join(name), if placed { &newer[*name] } else { &older[*name] }).unwrap();
            if !placed {
                fs::write(work.join(name), &newer[*name]).unwrap();
            }
        }
        if step == 0 {
            fs::write(into.join("SHA256SUMS"), &older["SHA256SUMS"]).unwrap();
        }
        fs::write(work.join("SHA256SUMS"), &newer["SHA256SUMS"]).unwrap();
        server.seen();
        ground.go(&options).await;
        assert_eq!(server.seen(), [], "killed at {step}: everything was here");
        assert!(contents(&into) == newer, "killed at {step}");
    }
}

#[tokio::test]
async fn what_came_before_a_kill_does_not_come_again() {
    let server = Server::start(two()).await;
    let ground = Ground::new();
    let options = ground.options(&server);
    let work = options.into.join(".work");
    fs::create_dir_all(&work).unwrap();
    let [first, second] = two().try_into().unwrap();
    fs::write(work.join(format!("{}.part", first.name)), &first.content[..300]).unwrap();
    fs::write(work.join(format!("{}.part", second.name)), &second.content).unwrap();
    ground.go(&options).await;
    assert_eq!(server.seen(), [(first.name.clone(), Some("bytes=300-".to_owned()))]);
    // What came of it is something else: it is thrown away.
    let mut other = ground.options(&server);
    other.into = ground.beside("other");
    let work = other.into.join(".work");
    fs::create_dir_all(&work).unwrap();
    fs::write(work.join(format!("{}.part", first.name)), vec![7; 300]).unwrap();
    fs::write(work.join(format!("{}.part", second.name)), vec![7; second.content.len() + 1]).unwrap();
    ground.go(&other).await;
    assert_eq!(contents(&options.into), contents(&other.into));
}
