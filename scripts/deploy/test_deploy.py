"""The checks find what is planted."""

import copy
import pathlib
import unittest

import yaml

import binary
import compose
import dockerfile
import reading
import units

HELP = """\
Usage: flaneur serve [OPTIONS]

Arguments:
  <DIR>
          Where to

Options:
      --data <DIR>
          Folder that holds the catalog

          [env: FLANEUR_DATA=]
          [default: ./flaneur-data]

      --anonymous-uploads[=<BOOL>]
          Accept pictures from whoever has no token

          [env: FLANEUR_ANONYMOUS_UPLOADS]
          [default: false]
          [possible values: true, false]

  -h, --help
          Print help
"""
HERE = pathlib.Path(__file__).resolve().parent.parent.parent
COMPOSE = yaml.safe_load((HERE / "deploy/compose.yaml").read_text())


def surface() -> binary.Surface:
    """A program of two commands."""
    serve = binary.parse_help(HELP)
    top = binary.Command(set(), set(), {}, {}, [], {"serve"})
    return binary.Surface({(): top, ("serve",): serve})


class Help(unittest.TestCase):
    """What `--help` says."""

    def test_options_variables_and_defaults(self) -> None:
        serve = surface().commands[("serve",)]
        self.assertEqual(serve.options, {"--data", "--anonymous-uploads", "--help"})
        self.assertEqual(serve.valued, {"--data"})
        self.assertEqual(serve.variables["--data"], "FLANEUR_DATA")
        self.assertEqual(serve.defaults, {"--data": "./flaneur-data", "--anonymous-uploads": "false"})

    def test_command_lines(self) -> None:
        for line in ("flaneur serve x", "flaneur serve --data d", "flaneur serve --data=d --anonymous-uploads x"):
            self.assertIsNone(surface().complaint(line.split()), line)
        for line in ("flaneur api", "flaneur serve --lisen x", "flaneur serve x y", "flaneur serve --data"):
            self.assertIsNotNone(surface().complaint(line.split()), line)


class Names(unittest.TestCase):
    """Names that the program does not know."""

    def test_variables(self) -> None:
        self.assertEqual(list(reading.variables("f", "FLANEUR_DATA=1 AWS_REGION=x", surface(), b"..aws_region..")), [])
        text = "FLANEUR_DATE=1 FLANEUR_PRIVATE_AWS_REGION=x AWS_REGOIN=x"
        self.assertEqual(len(list(reading.variables("f", text, surface(), b"aws_region"))), 3)

    def test_manual(self) -> None:
        good = "`flaneur serve --data d`, `--data`\n```sh\nsudo flaneurctl serve \\\n  x && true\n```\n"
        self.assertEqual(list(reading.manual("m", good, surface(), set())), [])
        bad = "`flaneur sevre`, `--date`\n```sh\nsudo flaneurctl serve --nothing\n```\n"
        self.assertEqual(len(list(reading.manual("m", bad, surface(), set()))), 3)

    def test_metrics(self) -> None:
        documented = "`flaneur_seconds` and `flaneur_total`"
        self.assertEqual(list(reading.metrics("r", "rate(flaneur_seconds_bucket[1m]) flaneur_total", documented)), [])
        self.assertEqual(len(list(reading.metrics("r", "flaneur_totals", documented))), 1)

    def test_links(self) -> None:
        self.assertEqual(list(reading.links("docs/x.md", "[a](../README.md#run-it) deploy/compose.yaml", HERE)), [])
        self.assertEqual(len(list(reading.links("docs/x.md", "[a](README.md) deploy/compos.yaml", HERE))), 2)


class Proxy(unittest.TestCase):
    """What nginx does with paths and sizes."""

    CONF = "location ~ ^/api/map/ {\n proxy_pass http://flaneur_tiler;"

    def test_routes(self) -> None:
        self.assertEqual(list(reading.routes(self.CONF, ["/api/map/{z}/{x}/{y}", "/api/search"])), [])
        self.assertEqual(len(list(reading.routes(self.CONF, ["/api/users/{id}/map/style.json"]))), 1)
        self.assertEqual(len(list(reading.routes(self.CONF, []))), 1)


class Files(unittest.TestCase):
    """Dockerfiles and units."""

    def test_dockerfile(self) -> None:
        text = "# c\nFROM a AS b\nRUN x && \\\n    y\nFROM c\nCOPY --from=b /x /y /z\nENV A=1 \\\n    B=2\nCMD [\"p\", \"q\"]\n"
        first, last = dockerfile.parse(text)
        self.assertEqual((first.name, first.all("RUN")[0].text), ("b", "x && y"))
        self.assertEqual(last.copies(), [dockerfile.Copy("b", ["/x", "/y"], "/z")])
        self.assertEqual((last.environment(), last.last("CMD").words()), ({"A": "1", "B": "2"}, ["p", "q"]))

    def test_units(self) -> None:
        sections: units.Sections = {}
        units.parse("[Service]\nEnvironment=A=1 B=x\nExecStart=/p --l ${A}:1%i\nTimeoutStopSec=2m\n", sections)
        unit = units.Unit("p@80.service", sections)
        self.assertEqual(unit.command("ExecStart", unit.environment(HERE)), [["/p", "--l", "1:180"]])
        self.assertEqual(units.environment_file("# c\nA='x y'\n\nB=1\n"), {"A": "x y", "B": "1"})

    def test_a_stop_shorter_than_the_drain(self) -> None:
        sections: units.Sections = {}
        units.parse("[Service]\nUser=flaneur\nMemoryMax=1G\nTimeoutStopSec=9\n", sections)
        found = list(reading.unit(units.Unit("x.service", sections), {}, surface(), 10))
        self.assertEqual(len(found), 1, found)

    def test_times(self) -> None:
        self.assertEqual([units.seconds(text) for text in ("90", "2m", "1h30min")], [90, 120, 5400])
        self.assertRaises(ValueError, units.seconds, "2 fortnights")


class Compose(unittest.TestCase):
    """The compose file as it is, and with something wrong in it."""

    def setUp(self) -> None:
        self.compose = copy.deepcopy(COMPOSE)

    def complaints(self) -> int:
        folder = HERE / "deploy"
        conf = (folder / "nginx/upstreams-compose.conf").read_text()
        return sum(len(list(each)) for each in (
            compose.references(self.compose), compose.dependencies(self.compose, True), compose.mounts(self.compose, folder),
            compose.reachable(self.compose), compose.upstreams(self.compose, conf, "0.0.0.0:8080"),
            compose.proxies(self.compose)))

    def test_as_it_is(self) -> None:
        self.assertEqual(self.complaints(), 0)

    def test_planted(self) -> None:
        services = self.compose["services"]
        planted = {
            "a volume": lambda: self.compose["volumes"].pop("postgres"),
            "a network": lambda: services["nginx"]["networks"].append("nowhere"),
            "a health check": lambda: services["postgres"].pop("healthcheck"),
            "an endless job": lambda: services["migrate"].update(restart="always"),
            "a file": lambda: services["garage"]["volumes"].append("./no.toml:/x"),
            "a service apart": lambda: services["worker-1"].update(networks=["front"]),
            "an unknown api": lambda: services.update({"api-3": copy.deepcopy(services["api-1"])}),
            "a stranger": lambda: services["api-1"]["environment"].update(FLANEUR_TRUSTED_PROXIES="0.0.0.0/0"),
        }
        for what, plant in planted.items():
            with self.subTest(what):
                self.setUp()
                services = self.compose["services"]
                plant()
                self.assertGreater(self.complaints(), 0)

    def test_variables_without_an_example(self) -> None:
        self.assertEqual(len(list(compose.interpolated("${A}", "A=\n"))), 0)
        self.assertEqual(len(list(compose.interpolated("${A} ${B}", "A=\nC=\n"))), 2)


if __name__ == "__main__":
    unittest.main()
