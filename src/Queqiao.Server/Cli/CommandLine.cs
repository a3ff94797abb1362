using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Cli;

/// <summary>Reads the command line. Pure: whatever it depends on is given to it.</summary>
internal static class CommandLine
{
    public const string DefaultUrl = "http://localhost:5080";
    private const string DefaultUrlWithCertificate = "https://localhost:5080";

    /// <summary>Options of <c>serve</c> that stand alone (<c>--demo</c>) or with on/off (<c>--demo=off</c>).</summary>
    private static readonly string[] Switches = ["demo", "allow-http-sign-in", "outbound-http", "redirect-http"];

    /// <summary>Options of <c>serve</c> with a value. The last three are the framework's own, as its test hosts give them.</summary>
    private static readonly string[] ServeOptions =
    [
        "data", "urls", "public-url", "certificate", "certificate-key", "trusted-proxies", "allowed-hosts", "web-root",
        "file-max", "file-quota", "clamd", "max-body", "max-connections", "limits", "admission", "jobs", "outbound-allow", "session-idle", "session-length",
        "hsts", "drain", "bus-ca", "node-name", "audit-anchors", "smtp", "smtp-name", "smtp-trusted", "log-format", "log-requests", "metrics", "monitoring-allow", "environment", "contentRoot", "applicationName",
    ];

    private static readonly string[] UserOptions = ["data", "email", "password", "role", "name", "locale", "workspace"];

    /// <summary>Variables by which the framework is told where to listen.</summary>
    private static readonly string[] UrlVariables =
        ["ASPNETCORE_URLS", "DOTNET_URLS", "URLS", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS", "DOTNET_HTTP_PORTS", "DOTNET_HTTPS_PORTS"];

    /// <param name="arguments">Without the program's name.</param>
    /// <param name="variable">A variable of the environment, null when it is not set.</param>
    public static Command Parse(IReadOnlyList<string> arguments, Func<string, string?> variable)
    {
        if (arguments.Any(argument => argument is "--help" or "-h" or "-?"))
            return new Command.Help();
        var verbs = arguments.TakeWhile(argument => !argument.StartsWith('-')).ToList();
        var rest = arguments.Skip(verbs.Count).ToList();
        return verbs switch
        {
            [] when rest is ["--version"] => new Command.Version(),
            [] or ["serve"] => Serve(rest, variable),
            ["user", "add"] => UserAdd(rest, variable),
            ["migrate"] => Migrate(rest, variable),
            ["keys", "status"] => Keys(rest, variable, KeysWish.Status),
            ["keys", "rotate", "root"] => Keys(rest, variable, KeysWish.RotateRoot),
            ["keys", "rotate", "workspaces"] => Keys(rest, variable, KeysWish.RotateWorkspaces),
            ["backup"] => Backup(rest, variable),
            ["backup", "verify"] => BackupVerify(rest),
            ["restore"] => Restore(rest, variable),
            ["doctor"] => Doctor(rest, variable),
            ["check"] => Check(rest, variable),
            ["reindex"] => Reindex(rest, variable),
            ["channel", "record", var id] => ChannelRecord(id, rest, variable),
            ["channel", "replay", var file] => ChannelReplay(file, rest, variable),
            ["eval", var what] => EvaluateLine.Read(what, rest),
            ["audit", "verify"] => AuditVerify(rest, variable),
            ["version"] => rest is [] ? new Command.Version() : new Command.Wrong("cli_unknown_option", rest[0]),
            ["help"] => new Command.Help(),
            ["user"] => new Command.Wrong("cli_unknown_verb", "user"),
            _ => new Command.Wrong("cli_unknown_verb", string.Join(' ', verbs)),
        };
    }

    private static Command Serve(List<string> rest, Func<string, string?> variable)
    {
        if (Read(rest, ServeOptions, Switches, out var given) is { } wrong)
            return wrong;
        var demo = given.GetValueOrDefault("demo") ?? variable("QUEQIAO_DEMO");
        if (IsOn(demo) is not { } isDemo)
            return new Command.Wrong("cli_not_on_or_off", "--demo", demo!);
        if (!given.ContainsKey("urls") && !UrlVariables.Any(name => !string.IsNullOrWhiteSpace(variable(name))))
            given["urls"] = given.ContainsKey("certificate") || variable("QUEQIAO_CERTIFICATE") is { Length: > 0 } ? DefaultUrlWithCertificate : DefaultUrl;
        if (given.TryGetValue("urls", out var urls) && urls.Split(';').FirstOrDefault(url => !IsUrl(url)) is { } bad)
            return new Command.Wrong("cli_not_a_url", "--urls", bad);
        return new Command.Serve(Storage(given, variable), isDemo, [.. given.Select(option => $"--{option.Key}={option.Value}")]);
    }

    private static Command UserAdd(List<string> rest, Func<string, string?> variable)
    {
        if (Read(rest, UserOptions, [], out var given) is { } wrong)
            return wrong;
        foreach (var needed in (string[])["email", "password", "role"])
        {
            if (!given.ContainsKey(needed))
                return new Command.Wrong("cli_missing_option", "--" + needed);
        }
        return new Command.UserAdd(Storage(given, variable), given["email"], given["password"], given["role"],
            given.GetValueOrDefault("name"), given.GetValueOrDefault("locale"), given.GetValueOrDefault("workspace"));
    }

    private static Command Migrate(List<string> rest, Func<string, string?> variable) =>
        Read(rest, ["data"], [], out var given) is { } wrong ? wrong : new Command.Migrate(Storage(given, variable));

    private static Command Keys(List<string> rest, Func<string, string?> variable, KeysWish what) =>
        Read(rest, ["data"], [], out var given) is { } wrong ? wrong : new Command.ManageKeys(Storage(given, variable), what);

    /// <summary>Takes what <c>serve</c> takes, so that the same line can be examined.</summary>
    private static Command Doctor(List<string> rest, Func<string, string?> variable)
    {
        if (Read(rest, ServeOptions, [.. Switches, "json"], out var given) is { } wrong)
            return wrong;
        var json = given.Remove("json");
        return new Command.Doctor(Storage(given, variable), json, [.. given.Select(option => $"--{option.Key}={option.Value}")]);
    }

    private static Command Check(List<string> rest, Func<string, string?> variable) =>
        Read(rest, ["data"], ["json"], out var given) is { } wrong ? wrong : new Command.Check(Storage(given, variable), given.ContainsKey("json"));

    private static Command Backup(List<string> rest, Func<string, string?> variable) =>
        Read(rest, ["data", "to", "keys-to", "passphrase-file"], [], out var given) ?? Missing(given, "to", "keys-to")
        ?? (Command)new Command.Backup(Storage(given, variable), given["to"], given["keys-to"], given.GetValueOrDefault("passphrase-file"));

    private static Command BackupVerify(List<string> rest) =>
        Read(rest, ["from", "keys", "passphrase-file"], [], out var given) ?? Missing(given, "from")
        ?? (Command)new Command.BackupVerify(given["from"], given.GetValueOrDefault("keys"), given.GetValueOrDefault("passphrase-file"));

    private static Command Restore(List<string> rest, Func<string, string?> variable) =>
        Read(rest, ["data", "from", "keys", "passphrase-file"], [], out var given) ?? Missing(given, "from", "keys")
        ?? (Command)new Command.Restore(Storage(given, variable), given["from"], given["keys"], given.GetValueOrDefault("passphrase-file"));

    internal static Command.Wrong? Missing(Dictionary<string, string> given, params string[] needed) =>
        Array.Find(needed, name => !given.ContainsKey(name)) is { } missing ? new Command.Wrong("cli_missing_option", "--" + missing) : null;

    private static Command Reindex(List<string> rest, Func<string, string?> variable)
    {
        if (Read(rest, ["data"], ["empty"], out var given) is { } wrong)
            return wrong;
        return IsOn(given.GetValueOrDefault("empty")) is { } empty
            ? new Command.Reindex(Storage(given, variable), empty) : new Command.Wrong("cli_not_on_or_off", "--empty", given["empty"]);
    }

    private static Command ChannelRecord(string id, List<string> rest, Func<string, string?> variable) =>
        Read(rest, ["data", "out"], ["parked"], out var given) ?? Missing(given, "out")
        ?? (Guid.TryParse(id, out var channel) ? new Command.ChannelRecord(Storage(given, variable), channel, Path.GetFullPath(given["out"]), given.ContainsKey("parked")) : (Command)new Command.Wrong("cli_no_channel", id));

    private static Command ChannelReplay(string file, List<string> rest, Func<string, string?> variable)
    {
        if (Read(rest, ["data", "channel"], ["dry"], out var given) is { } wrong)
            return wrong;
        var into = given.GetValueOrDefault("channel");
        return into is null || Guid.TryParse(into, out _) ? new Command.ChannelReplay(Storage(given, variable), Path.GetFullPath(file), into is null ? null : Guid.Parse(into), given.ContainsKey("dry")) : new Command.Wrong("cli_no_channel", into);
    }

    private static Command AuditVerify(List<string> rest, Func<string, string?> variable) =>
        Read(rest, ["data", "anchor"], [], out var given) ?? (Command)new Command.AuditVerify(Storage(given, variable), given.GetValueOrDefault("anchor"));

    private static StorageOptions Storage(Dictionary<string, string> given, Func<string, string?> variable) => new()
    {
        DataFolder = Path.GetFullPath(given.GetValueOrDefault("data") ?? Filled(variable("QUEQIAO_DATA")) ?? "data"),
        Database = Filled(variable("QUEQIAO_DATABASE")),
    };

    /// <summary>Reads <c>--name value</c> and <c>--name=value</c>; an option that is given twice cannot be meant.</summary>
    internal static Command.Wrong? Read(List<string> rest, string[] withValue, string[] switches, out Dictionary<string, string> given)
    {
        given = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < rest.Count; i++)
        {
            if (!rest[i].StartsWith("--", StringComparison.Ordinal))
                return new Command.Wrong("cli_unknown_option", rest[i]);
            var (name, value) = Split(rest[i][2..]);
            var isSwitch = switches.Contains(name);
            if (!isSwitch && !withValue.Contains(name))
                return new Command.Wrong("cli_unknown_option", "--" + name);
            if (value is null && !isSwitch && (++i == rest.Count || LooksLikeOption(rest[i])))
                return new Command.Wrong("cli_missing_value", "--" + name);
            if (!given.TryAdd(name, value ?? (isSwitch ? "true" : rest[i])))
                return new Command.Wrong("cli_option_twice", "--" + name);
        }
        return null;
    }

    // "-" alone is a value: the password comes from the standard input.
    private static bool LooksLikeOption(string argument) => argument.StartsWith("--", StringComparison.Ordinal);

    private static (string Name, string? Value) Split(string option)
    {
        var equals = option.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (option, null) : (option[..equals], option[(equals + 1)..]);
    }

    // http://*:80 and http://+:80 are no addresses to Uri, but to Kestrel.
    private static bool IsUrl(string text) =>
        Uri.TryCreate(text.Trim().Replace("://*", "://any", StringComparison.Ordinal).Replace("://+", "://any", StringComparison.Ordinal), UriKind.Absolute, out var url)
        && url.Scheme is "http" or "https";

    private static bool? IsOn(string? text) => text?.Trim().ToUpperInvariant() switch
    {
        null or "" or "OFF" or "FALSE" or "NO" or "0" => false,
        "ON" or "TRUE" or "YES" or "1" => true,
        _ => null,
    };

    private static string? Filled(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
