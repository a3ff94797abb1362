using System.Net.Sockets;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Platform.Diagnosis;

/// <summary>How the world reaches the server: settings, certificate, public address, web pages.</summary>
internal sealed class WebDiagnosis(Patient patient) : IDiagnosis
{
    private static readonly TimeSpan Soon = TimeSpan.FromDays(21);

    public string Topic => "web";

    public async Task<IReadOnlyList<Finding>> Look(CancellationToken ct)
    {
        WebSafetyOptions options;
        PublicUrl url;
        try
        {
            options = WebSafetyOptions.Read(patient.Settings);
            url = PublicUrl.Read(patient.Settings, options);
        }
        catch (InvalidSettingException wrong)
        {
            return [new Finding(Topic, Verdict.Fail, "doctor_setting_wrong", wrong.Message)];
        }
        return [.. Certificate(options, url), await Address(url, options, ct), Pages(options)];
    }

    private IEnumerable<Finding> Certificate(WebSafetyOptions options, PublicUrl url)
    {
        if (!options.Https)
            yield break;
        Finding found;
        try
        {
            var own = new Certificates(options.CertificateFile!, options.CertificateKeyFile).Current;
            var host = url.Configured is { } address ? new Uri(address).IdnHostOrAddress() : null;
            found = Judge(own.NotBefore.ToUniversalTime(), own.NotAfter.ToUniversalTime(), patient.Clock.GetUtcNow().UtcDateTime, host is null || own.MatchesHostname(host), host ?? "");
        }
        catch (InvalidSettingException wrong)
        {
            found = new Finding("certificate", Verdict.Fail, "doctor_setting_wrong", wrong.Message);
        }
        yield return found;
    }

    internal static Finding Judge(DateTime from, DateTime until, DateTime now, bool fits, string host)
    {
        var date = until.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        return now < from || now > until ? new Finding("certificate", Verdict.Fail, "doctor_certificate_over", date)
            : !fits ? new Finding("certificate", Verdict.Fail, "doctor_certificate_other", host)
            : until - now < Soon ? new Finding("certificate", Verdict.Warn, "doctor_certificate_soon", date)
            : new Finding("certificate", Verdict.Ok, "doctor_certificate", date);
    }

    /// <summary>Whether the public address leads anywhere; only a connection is made, nothing is sent.</summary>
    private static async Task<Finding> Address(PublicUrl url, WebSafetyOptions options, CancellationToken ct)
    {
        if (url.Configured is not { } text)
            return new Finding("public-url", Verdict.Warn, "doctor_public_url_none");
        var address = new Uri(text);
        if (address.Scheme != "https" && !address.IsLoopback)
            return new Finding("public-url", Verdict.Fail, "doctor_public_url_plain", text);
        if (address.Scheme == "https" && !options.Https && options.TrustedProxies.Count == 0)
            return new Finding("public-url", Verdict.Warn, "doctor_proxy_not_trusted", text);
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
            patience.CancelAfter(TimeSpan.FromSeconds(3));
            using var client = new TcpClient();
            await client.ConnectAsync(address.DnsSafeHost, address.Port, patience.Token);
            return new Finding("public-url", Verdict.Ok, "doctor_public_url", text);
        }
        catch (Exception trouble) when (trouble is SocketException or OperationCanceledException)
        {
            // Many networks do not let a machine reach its own public address: a warning.
            return new Finding("public-url", Verdict.Warn, "doctor_public_url_unreached", text, trouble is SocketException socket ? socket.SocketErrorCode.ToString() : "timeout");
        }
    }

    private static Finding Pages(WebSafetyOptions options) =>
        Directory.Exists(Path.Combine(options.WebRoot, "console")) && Directory.Exists(Path.Combine(options.WebRoot, "widget"))
            ? new Finding("pages", Verdict.Ok, "doctor_pages", options.WebRoot)
            : new Finding("pages", Verdict.Fail, "doctor_pages_missing", options.WebRoot);
}
