# tests/deploy/check_yaml.py - the YAML of examples/deploy parses, and agrees with itself and with the other files
# SPDX-License-Identifier: BSL-1.0
#
# usage: python3 tests/deploy/check_yaml.py examples/deploy        prints what is wrong, and exits with 1 if anything is
import pathlib
import re
import sys

import yaml

kit = pathlib.Path(sys.argv[1])
wrong = []


class Strict(yaml.SafeLoader):
    """Refuses keys that stand twice in a mapping."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"{key} stands twice", node.start_mark)
        return super().construct_mapping(node, deep)


def check(condition, text):
    if not condition:
        wrong.append(text)


def seconds(text):
    number, unit = re.fullmatch(r"(\d+)(s|m|h)", text).groups()
    return int(number) * {"s": 1, "m": 60, "h": 3600}[unit]


def documents(name):
    return list(yaml.load_all((kit / name).read_text(), Strict))


def unit(name, key):
    return re.findall(rf"^{key}=(.*)$", (kit / "systemd" / name).read_text(), re.MULTILINE)


# ------------------------------------------------------------------------------------------- cloudflared

idle_timeout = 130  # of the server, in seconds: limits::idle_timeout
for name, service in (("config.yml", "unix:" + unit("mcp.socket", "ListenStream")[0]), ("config-tcp.yml", "http://127.0.0.1:8080")):
    tunnel, = documents(f"cloudflared/{name}")
    rules = tunnel["ingress"]
    check(rules[0]["service"] == service, f"{name}: the service is not {service}")
    check(len(rules) == 2 and set(rules[-1]) == {"service"}, f"{name}: the last rule must take everything else")
    request = rules[0]["originRequest"]
    check(seconds(request["keepAliveTimeout"]) < idle_timeout, f"{name}: connections are kept longer than the server keeps them")
    check(request["access"]["required"] is True, f"{name}: Access is not required")
    check("noTLSVerify" not in request, f"{name}: TLS is not verified")
    check(seconds(tunnel["grace-period"]) > 7, f"{name}: shorter than the time that calls have to end")

# ------------------------------------------------------------------------------------------- Kubernetes

objects = {each["kind"]: each for each in documents("kubernetes/mcpawl.yaml")}
check(set(objects) == {"ConfigMap", "Deployment", "Service", "NetworkPolicy", "PodDisruptionBudget"}, "other objects: " + ", ".join(objects))
for kind, each in objects.items():
    check(each["metadata"]["namespace"] == "mcp", f"{kind}: another namespace")
deployment = objects["Deployment"]["spec"]
pod = deployment["template"]["spec"]
container, = pod["containers"]
labels = deployment["template"]["metadata"]["labels"]
for kind, chosen in (
    ("Deployment", deployment["selector"]["matchLabels"]),
    ("Service", objects["Service"]["spec"]["selector"]),
    ("NetworkPolicy", objects["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"]),
    ("PodDisruptionBudget", objects["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"]),
):
    check(chosen.items() <= labels.items(), f"{kind}: chooses other pods")

ports = {each["name"]: each["containerPort"] for each in container["ports"]}
arguments = dict(zip(container["args"][::2], container["args"][1::2]))
check(arguments["--listen"] == f"0.0.0.0:{ports['mcp']}", "the port mcp is not the one of --listen")
check(arguments["--admin"] == f"0.0.0.0:{ports['admin']}", "the port admin is not the one of --admin")
for probe, path in (("startupProbe", "/livez"), ("livenessProbe", "/livez"), ("readinessProbe", "/readyz")):
    check(container[probe]["httpGet"] == {"path": path, "port": "admin"}, f"{probe}: not {path} of the admin listener")
for each in objects["Service"]["spec"]["ports"]:
    check(each["targetPort"] == "mcp", "the Service leads to the admin listener")
for rule in objects["NetworkPolicy"]["spec"]["ingress"]:
    check(len(rule["from"]) == 1 and rule["ports"], "a rule of the NetworkPolicy lets everybody in")
    for each in rule["ports"]:
        check(each["port"] in ports, f"the NetworkPolicy names a port that is not there: {each['port']}")
check(sorted(objects["NetworkPolicy"]["spec"]["policyTypes"]) == ["Egress", "Ingress"], "the NetworkPolicy leaves a direction open")

secure = container["securityContext"]
check(secure["readOnlyRootFilesystem"] is True, "the root file system can be written")
check(secure["allowPrivilegeEscalation"] is False, "privileges can be gained")
check(secure["capabilities"] == {"drop": ["ALL"]}, "there are capabilities")
check(pod["securityContext"]["runAsNonRoot"] is True, "root is possible")
check(pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, "no seccomp profile")
check(pod["automountServiceAccountToken"] is False, "the pod has a token of the cluster")
check(pod["terminationGracePeriodSeconds"] > 5 + 7 + 2, "killed before calls have ended")
user = re.search(r"^USER (\d+):(\d+)$", (kit / "container" / "Containerfile").read_text(), re.MULTILINE)
check(user and pod["securityContext"]["runAsUser"] == int(user[1]) != 0, "another user than that of the image")

# what the settings are called
settings = set(re.findall(r"^([A-Z_]+)=", (kit / "systemd" / "mcp.env.example").read_text(), re.MULTILINE))
given = set(objects["ConfigMap"]["data"]) | {each["name"] for each in container["env"]}
check(settings == given, f"other settings than in mcp.env.example: {sorted(settings ^ given)}")
mounted = {each["name"]: each["mountPath"] for each in container["volumeMounts"]}
volume, = pod["volumes"]
check(arguments["--hash-key"] == mounted[volume["name"]] + "/" + volume["secret"]["items"][0]["path"], "--hash-key is not where the secret is")

for text in wrong:
    print(text)
sys.exit(1 if wrong else 0)
