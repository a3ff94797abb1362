using System.Net.Sockets;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Platform.Diagnosis;

/// <summary>Where uploads lie, and the scanner that looks at them when one is configured.</summary>
internal sealed class FilesDiagnosis(Patient patient) : IDiagnosis
{
    public string Topic => "files";

    public async Task<IReadOnlyList<Finding>> Look(CancellationToken ct)
    {
        if (Setting.Of(patient.Settings, "clamd") is not { } text)
            return [new Finding(Topic, Verdict.Ok, "doctor_no_scanner")];
        if (ClamdAddress.Parse(text) is not { } address)
            return [new Finding(Topic, Verdict.Fail, "doctor_scanner_address", text)];
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
            patience.CancelAfter(TimeSpan.FromSeconds(3));
            using var socket = address.Path is null ? new Socket(SocketType.Stream, ProtocolType.Tcp) : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            if (address.Path is { } path)
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), patience.Token);
            else
                await socket.ConnectAsync(address.Host!, address.Port, patience.Token);
            await socket.SendAsync("zPING\0"u8.ToArray(), patience.Token);
            var answer = new byte[16];
            var length = await socket.ReceiveAsync(answer, patience.Token);
            return [answer.AsSpan(0, length).StartsWith("PONG"u8) ? new Finding(Topic, Verdict.Ok, "doctor_scanner", text) : new Finding(Topic, Verdict.Fail, "doctor_scanner_away", text)];
        }
        catch (Exception trouble) when (trouble is SocketException or OperationCanceledException)
        {
            return [new Finding(Topic, Verdict.Fail, "doctor_scanner_away", text)];
        }
    }
}
