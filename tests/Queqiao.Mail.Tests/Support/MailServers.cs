using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Xunit;

namespace Queqiao.Mail.Tests.Support;

[AttributeUsage(AttributeTargets.Method)]
public sealed class MailServersFactAttribute : FactAttribute
{
    public MailServersFactAttribute() => Skip = MailServers.Missing;
}

/// <summary>
/// Real servers: Dovecot keeps mailboxes (IMAP), Postfix takes mails (SMTP) and gives them to it or sends them back. Everything
/// lies in a folder of its own and listens on free ports of this machine only.
/// </summary>
public sealed class MailServers : IAsyncDisposable
{
    public const string Password = "s3cret \"quoted\"";

    /// <summary>Of the firm and of a customer. Whoever else is at these domains does not exist, and mail to them comes back.</summary>
    public const string Firm = "help@shop.test";
    public const string Customer = "ann@client.test";

    private static readonly string[] QueueFolders = ["active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "maildrop", "pid", "private", "public", "saved", "trace"];

    private readonly string _folder = Directory.CreateTempSubdirectory("queqiao-mail-").FullName;
    private readonly List<Process> _processes = [];
    private readonly int[] _ports = FreePorts(5);

    private MailServers()
    {
    }

    public int Imap => _ports[0];

    public int Imaps => _ports[1];

    public int Smtp => _ports[2];

    /// <summary>Why there are none, or null.</summary>
    public static string? Missing { get; } = FindMissing();

    private static string? FindMissing()
    {
        var absent = ((string[])["/usr/sbin/dovecot", "/usr/lib/dovecot/imap", "/usr/lib/dovecot/lmtp", "/usr/sbin/postfix", "/usr/bin/swaks"]).Where(file => !File.Exists(file)).ToList();
        if (absent.Count > 0)
            return $"{Path.GetFileName(absent[0])} is not installed (Debian: dovecot-imapd dovecot-lmtpd postfix swaks).";
        return Environment.UserName == "root" ? null : "Postfix needs root to change to its own user.";
    }

    public static async Task<MailServers> Start()
    {
        var servers = new MailServers();
        try
        {
            await servers.Run();
            return servers;
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    private async Task Run()
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        foreach (var one in (string[])["mail", "postfix", "data", .. QueueFolders.Select(one => "queue/" + one)])
            Directory.CreateDirectory(Path.Combine(_folder, one));
        await File.WriteAllTextAsync(Path.Combine(_folder, "queue", "quick-start"), ""); // seconds of checks of an installation that is not ours
        Certificate();
        await File.WriteAllLinesAsync(Path.Combine(_folder, "users"), [$"{Firm}:{{PLAIN}}{Password}::::::", $"{Customer}:{{PLAIN}}{Password}::::::"]);
        await File.WriteAllTextAsync(Path.Combine(_folder, "dovecot.conf"), MailServerFiles.Dovecot(_folder, _ports));
        await File.WriteAllTextAsync(Path.Combine(_folder, "postfix", "main.cf"), MailServerFiles.PostfixMain(_folder, _ports));
        await File.WriteAllTextAsync(Path.Combine(_folder, "postfix", "master.cf"), MailServerFiles.PostfixMaster(_ports));
        await Do("/bin/chown", "nobody:nogroup", Path.Combine(_folder, "mail"));
        await Do("/bin/chown", ["postfix", Path.Combine(_folder, "data"), .. QueueFolders.Where(one => one != "pid").Select(one => Path.Combine(_folder, "queue", one))]);
        Begin("/usr/sbin/dovecot", "-c", Path.Combine(_folder, "dovecot.conf"), "-F");
        Begin("/usr/sbin/postfix", "-c", Path.Combine(_folder, "postfix"), "start-fg");
        foreach (var port in _ports)
            await Listens(port);
    }

    private async Task Listens(int port)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            try
            {
                using var line = new TcpClient("127.0.0.1", port);
                return;
            }
            catch (SocketException)
            {
                if (_processes.Find(process => process.HasExited) is { } gone)
                    throw new InvalidOperationException($"{gone.StartInfo.FileName} ended: {Log()}");
                using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
                if (limit.IsCancellationRequested || !await timer.WaitForNextTickAsync(CancellationToken.None))
                    throw new InvalidOperationException($"Nobody listens on port {port}: {Log()}");
            }
        }
    }

    public string Log() => string.Join('\n', ((string[])["dovecot.log", "postfix.log"]).Select(file => Path.Combine(_folder, file)).Where(File.Exists).SelectMany(file => File.ReadLines(file).TakeLast(30)));

    /// <summary>Sends a mail as strangers do, with swaks. <paramref name="options"/> are its own.</summary>
    public Task Swaks(params string[] options) => Do("/usr/bin/swaks", ["--server", "127.0.0.1", "--port", $"{Smtp}", "--silent", "2", .. options]);

    /// <summary>Sends a mail that stands in a file exactly as it is.</summary>
    public async Task Swaks(string from, string to, byte[] mail)
    {
        var file = Path.Combine(_folder, Guid.NewGuid().ToString("N") + ".eml");
        await File.WriteAllBytesAsync(file, mail);
        await Swaks("--from", from, "--to", to, "--data", "@" + file);
    }

    /// <summary>Mails in a mailbox's inbox, oldest first, waiting until there are so many.</summary>
    public async Task<IReadOnlyList<byte[]>> Inbox(string who, int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            // A file is moved to new/ when it is whole.
            var files = ((string[])["new", "cur"]).Select(folder => Path.Combine(_folder, "mail", who, folder)).Where(Directory.Exists).SelectMany(Directory.GetFiles)
                .OrderBy(Delivered).ToList();
            if (files.Count >= count)
                return [.. files.Select(File.ReadAllBytes)];
            if (limit.IsCancellationRequested)
                throw new InvalidOperationException($"{who} has {files.Count} mails and not {count}: {Log()}");
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    /// <summary>Trusts what these servers show, and nothing else.</summary>
    public bool IsOurs(X509Certificate? shown) => shown is not null && shown.GetCertHashString(HashAlgorithmName.SHA256) == _shown;

    private string _shown = "";

    /// <summary>Dovecot names files SECONDS.MmicrosecondsPprocess.host, without zeros in front.</summary>
    private static long Delivered(string file)
    {
        var parts = Path.GetFileName(file).Split('.');
        var micro = string.Concat(parts[1].SkipWhile(c => c != 'M').Skip(1).TakeWhile(char.IsAsciiDigit));
        return (long.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture) * 1_000_000) + long.Parse(micro, System.Globalization.CultureInfo.InvariantCulture);
    }

    private void Certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        _shown = certificate.GetCertHashString(HashAlgorithmName.SHA256);
        File.WriteAllText(Path.Combine(_folder, "cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    private void Begin(string program, params string[] arguments) => _processes.Add(Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!);

    private static async Task Do(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = process.StandardOutput.ReadToEndAsync();
        var complained = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program}: {await said} {await complained}");
    }

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        listeners.ForEach(listener => listener.Dispose());
        return ports;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (IOException)
        {
            // a child of theirs is not quite gone; the system clears its temporary folder
        }
    }
}
