using System.Net;
using System.Net.Sockets;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Platform.Diagnosis;

/// <summary>The addresses the server listens on: somebody answers there (the server runs), or they are free and may be taken.</summary>
internal sealed class ListeningDiagnosis(Patient patient) : IDiagnosis
{
    private const int FewFiles = 4096;

    public string Topic => "ports";

    public async Task<IReadOnlyList<Finding>> Look(CancellationToken ct)
    {
        var findings = new List<Finding>();
        foreach (var text in (Setting.Of(patient.Settings, "urls") ?? "http://localhost:5080").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (Uri.TryCreate(text.Replace("://*", "://0.0.0.0", StringComparison.Ordinal).Replace("://+", "://0.0.0.0", StringComparison.Ordinal), UriKind.Absolute, out var url))
                findings.Add(await Look(text, url, ct));
        }
        if (OpenFiles() is { } most and < FewFiles)
            findings.Add(new Finding("limits", Verdict.Warn, "doctor_few_files", most));
        return findings;
    }

    private async Task<Finding> Look(string text, Uri url, CancellationToken ct)
    {
        var address = IPAddress.TryParse(url.DnsSafeHost, out var given) ? given : IPAddress.Loopback;
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
            patience.CancelAfter(TimeSpan.FromSeconds(2));
            using var client = new TcpClient(address.AddressFamily);
            await client.ConnectAsync(address.Equals(IPAddress.Any) ? IPAddress.Loopback : address, url.Port, patience.Token);
            return new Finding(Topic, Verdict.Ok, "doctor_port_answers", text);
        }
        catch (Exception trouble) when (trouble is SocketException or OperationCanceledException)
        {
            return MayListen(text, new IPEndPoint(address, url.Port));
        }
    }

    private Finding MayListen(string text, IPEndPoint place)
    {
        try
        {
            using var listener = new TcpListener(place);
            listener.Start();
            return new Finding(Topic, Verdict.Ok, "doctor_port_free", text);
        }
        catch (SocketException trouble)
        {
            return new Finding(Topic, Verdict.Fail, "doctor_port_refused", text, trouble.SocketErrorCode.ToString());
        }
    }

    /// <summary>Every live connection is an open file (Linux).</summary>
    private static long? OpenFiles()
    {
        const string limits = "/proc/self/limits";
        var line = File.Exists(limits) ? File.ReadLines(limits).FirstOrDefault(one => one.StartsWith("Max open files", StringComparison.Ordinal)) : null;
        return line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, _, _, var hard, ..] && long.TryParse(hard, out var most) ? most : null; // .NET raises the soft limit to the hard one
    }
}
