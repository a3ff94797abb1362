using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;

namespace Queqiao.Server.Platform.Outbound;

/// <summary>What one caller of the guard is ready to take.</summary>
/// <param name="Total">From sending to the last byte of the body.</param>
/// <param name="MaxResponseBytes">Size of a body after unpacking.</param>
/// <param name="MaxRedirects">0 for deliveries whose receiver must not send us elsewhere.</param>
internal sealed record OutboundLimits(TimeSpan Total, long MaxResponseBytes, int MaxRedirects = 5)
{
    /// <summary>30 seconds, 10 MB, 5 redirects.</summary>
    public static readonly OutboundLimits Usual = new(TimeSpan.FromSeconds(30), 10 * 1024 * 1024);

    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>Finds the addresses of a host name.</summary>
internal delegate Task<IPAddress[]> NameResolver(string host, CancellationToken ct);

/// <summary>
/// The only way out for requests to addresses that somebody typed (webhooks, providers' API addresses, links): it cannot be talked
/// into reaching this machine, its network or a cloud's metadata service. Checking the text of an address loses (numbers in octal,
/// circled digits, redirects, names that answer differently the second time); here the address that is dialled is the one that was
/// checked. Refusals are <see cref="OutboundRefusedException"/>.
/// </summary>
internal sealed class GuardedHttp : IDisposable
{
    private readonly OutboundOptions _options;
    private readonly NameResolver _resolve;
    private readonly TimeProvider _clock;
    private readonly SocketsHttpHandler _sockets;
    private readonly HostBreakers _breakers;

    public GuardedHttp(OutboundOptions options, TimeProvider clock, NameResolver? resolve = null)
    {
        _options = options;
        _clock = clock;
        _resolve = resolve ?? Dns.GetHostAddressesAsync;
        _breakers = new HostBreakers(clock);
        _sockets = new SocketsHttpHandler
        {
            UseProxy = false,                                   // a proxy would resolve and dial for us, unchecked
            AllowAutoRedirect = false,                          // followed by GuardHandler, each checked
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectCallback = Connect,
            ConnectTimeout = OutboundLimits.Usual.Connect,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2), // so that a changed DNS record is seen
            MaxResponseHeadersLength = 64,
            MaxConnectionsPerServer = 32,
            ActivityHeadersPropagator = null,                   // our trace ids are nobody's business
        };
    }

    /// <summary>A client with its own limits over the shared connections. Cheap; dispose it or not.</summary>
    public HttpClient Client(OutboundLimits? limits = null)
    {
        limits ??= OutboundLimits.Usual;
#pragma warning disable RS0030 // this is GuardedHttp
        return new HttpClient(new GuardHandler(_sockets, limits, _breakers, _clock), disposeHandler: false)
        {
            Timeout = Timeout.InfiniteTimeSpan,                 // GuardHandler's own covers the body too
            MaxResponseContentBufferSize = Math.Min(limits.MaxResponseBytes, int.MaxValue),
        };
#pragma warning restore RS0030
    }

    /// <summary>A connection for another protocol than HTTP, to an address that was checked as all are.</summary>
    /// <param name="ports">Where public hosts may be called; what an administrator of this machine wrote down may be anywhere.</param>
    public async Task<Stream> Dial(string host, int port, IReadOnlySet<int> ports, CancellationToken ct)
    {
        if (!Uri.TryCreate($"https://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host.Trim('[', ']')}]" : host)}:{port}/", UriKind.Absolute, out var address) || address.UserInfo.Length > 0)
            throw new OutboundRefusedException("scheme", host);
        var answers = IPAddress.TryParse(host, out var literal) ? [literal] : await _resolve(address.IdnHost, ct);
        if (answers.Length == 0)
            throw new SocketException((int)SocketError.HostNotFound);
        if (_options.FaultOf(address, answers) is { } fault && !(fault == "port" && ports.Contains(port)))
            throw new OutboundRefusedException(fault, $"{address.IdnHost}:{port}");
        return await Dial([.. answers.Select(a => a.IsIPv4MappedToIPv6 ? a.MapToIPv4() : a)], port, ct);
    }

    /// <summary>A WebSocket to an address that was checked as all are. A connection that died is noticed by pings that nobody answers.</summary>
    public async Task<WebSocket> Connect(Uri address, TimeSpan within, CancellationToken ct)
    {
        if (address.Scheme is not ("wss" or "ws") || address.UserInfo.Length > 0)
            throw new OutboundRefusedException("scheme", address.IdnHost);
        using var deadline = new CancellationTokenSource(within, _clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        using var invoker = new HttpMessageInvoker(_sockets, disposeHandler: false);
        var socket = new ClientWebSocket { Options = { KeepAliveInterval = Pings, KeepAliveTimeout = Pings } };
        try
        {
            await socket.ConnectAsync(address, invoker, both.Token);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static readonly TimeSpan Pings = TimeSpan.FromSeconds(20);

    public void Dispose() => _sockets.Dispose();

    private async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var target = context.DnsEndPoint;
        // Every request of this connection has the scheme, host (as IdnHost) and port of the first.
        var address = context.InitialRequestMessage.RequestUri!;
        var answers = IPAddress.TryParse(target.Host, out var literal) ? [literal] : await _resolve(target.Host, ct);
        if (answers.Length == 0)
            throw new SocketException((int)SocketError.HostNotFound);
        if (_options.FaultOf(address, answers) is { } fault)
            throw new OutboundRefusedException(fault, $"{target.Host}:{target.Port}");

        return await Dial([.. answers.Select(a => a.IsIPv4MappedToIPv6 ? a.MapToIPv4() : a)], target.Port, ct);
    }

    private static async Task<Stream> Dial(IPAddress[] addresses, int port, CancellationToken ct)
    {
        Exception? last = null;
        foreach (var address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, port), ct);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException e)
            {
                socket.Dispose();
                last = e;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        throw last!;
    }
}
