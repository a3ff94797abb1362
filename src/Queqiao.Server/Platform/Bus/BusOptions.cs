using System.Security.Cryptography.X509Certificates;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Platform.Bus;

/// <summary>Where the broker is, and how this node is called.</summary>
internal sealed record BusOptions
{
    /// <summary><c>QUEQIAO_BUS</c>: one or several addresses of a broker's nodes, <c>amqps://user:password@host/vhost</c>; empty: none.</summary>
    public IReadOnlyList<Uri> Brokers { get; init; } = [];

    /// <summary><c>--bus-ca</c>: who vouches for the broker's certificate, when it is not one that the machine knows.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary><c>--node-name</c>; the machine's name by default.</summary>
    public string NodeName { get; init; } = Environment.MachineName;

    public static BusOptions Read(IConfiguration configuration) => new()
    {
        Brokers = [.. Setting.List(configuration, "bus").Select(Broker)],
        Authorities = Setting.Of(configuration, "bus-ca") is { } file ? Certificates(file) : null,
        NodeName = Setting.Of(configuration, "node-name") is { } name ? Named(name) : Environment.MachineName,
    };

    private static string Named(string name) => name.Length <= 60 ? name : throw new InvalidSettingException("node-name", "must have at most 60 characters.");

    private static Uri Broker(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "amqp" or "amqps"
            ? address : throw new InvalidSettingException("bus", "must be amqp://user:password@host/vhost or amqps://…"); // the text has a password in it

    private static X509Certificate2Collection Certificates(string file)
    {
        try
        {
            var all = new X509Certificate2Collection();
            all.ImportFromPemFile(file);
            return all.Count > 0 ? all : throw new InvalidSettingException("bus-ca", $"'{file}' holds no certificate in PEM.");
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new InvalidSettingException("bus-ca", $"'{file}' cannot be read.");
        }
    }
}
