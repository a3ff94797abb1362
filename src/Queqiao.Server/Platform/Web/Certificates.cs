using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Queqiao.Server.Platform.Web;

/// <summary>
/// The certificate that new connections get. It is looked at again every few seconds, and at once on SIGHUP: renewing needs no
/// restart. A file that cannot be used leaves the old certificate in place, with a warning.
/// </summary>
internal sealed class Certificates
{
    private readonly string _file;
    private readonly string? _keyFile;
    private byte[] _hash;
    private volatile SslStreamCertificateContext _current;

    /// <exception cref="InvalidSettingException">At the start there is no old one to stay with.</exception>
    public Certificates(string file, string? keyFile)
    {
        (_file, _keyFile) = (file, keyFile);
        try
        {
            (_hash, _current) = Load();
        }
        catch (Exception trouble) when (IsUnusable(trouble))
        {
            throw new InvalidSettingException("certificate", $"{file} and its key cannot be used: {trouble.Message}");
        }
    }

    public X509Certificate2 Current => _current.TargetCertificate;

    /// <summary>True: another certificate from now on. Connections that exist keep theirs.</summary>
    /// <exception cref="CryptographicException">What lies there cannot be used; nothing has changed.</exception>
    public bool Reload()
    {
        if (HashNow().AsSpan().SequenceEqual(_hash))
            return false;
        (_hash, _current) = Load();
        return true;
    }

    /// <summary>For other protocols than HTTP; for one connection.</summary>
    public SslServerAuthenticationOptions ForServers() => new() { ServerCertificateContext = _current, EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 };

    public void Use(HttpsConnectionAdapterOptions https)
    {
        https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        https.ServerCertificateSelector = (_, _) => Current; // Kestrel wants to know of one; the line below sends the whole chain
        https.OnAuthenticate = (_, options) => (options.ServerCertificateContext, options.ServerCertificateSelectionCallback) = (_current, null);
    }

    public static bool IsUnusable(Exception trouble) => trouble is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException;

    // Clients need the intermediate certificates too, so the whole file is sent, the one with the key first.
    private (byte[] Hash, SslStreamCertificateContext Context) Load()
    {
        var hash = HashNow();
        var own = X509Certificate2.CreateFromPemFile(_file, _keyFile);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(_file);
        return (hash, SslStreamCertificateContext.Create(own, [.. chain.Where(one => one.Thumbprint != own.Thumbprint)], offline: true));
    }

    private byte[] HashNow() => SHA256.HashData([.. File.ReadAllBytes(_file), .. _keyFile is null ? [] : File.ReadAllBytes(_keyFile)]);
}
