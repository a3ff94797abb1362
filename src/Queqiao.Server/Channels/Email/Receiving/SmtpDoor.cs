using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Queqiao.Mail.Smtp;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Channels.Email.Receiving;

/// <summary>Listens for who brings mail. Connections are bounded in number, all together and for one address.</summary>
internal sealed class SmtpDoor(SmtpOptions options, SmtpDesk desk, TimeProvider clock, ILogger<SmtpDoor> log, Certificates? certificates = null) : BackgroundService
{
    private const int Most = 200;
    private const int MostOfOne = 20;

    private readonly List<TcpListener> _listeners = [];
    private readonly ConcurrentDictionary<IPAddress, int> _ofOne = new();
    private int _all;

    /// <summary>Where it listens: with port 0 the system has chosen one.</summary>
    public IReadOnlyList<IPEndPoint> Places => _listeners.ConvertAll(listener => (IPEndPoint)listener.LocalEndpoint);

    /// <exception cref="SocketException">The port is taken or not allowed: the server does not start, as mail would be lost unnoticed.</exception>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var place in options.Listen)
        {
            var listener = new TcpListener(place);
            listener.Start();
            _listeners.Add(listener);
            log.LogInformation("Mail is taken at {Place}", listener.LocalEndpoint);
        }
        return base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_listeners.Select(listener => Accept(listener, stoppingToken)));

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _listeners.ForEach(listener => listener.Stop());
        await base.StopAsync(cancellationToken);
    }

    private async Task Accept(TcpListener listener, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                _ = Serve(await listener.AcceptTcpClientAsync(ct), ct);
            }
            catch (Exception trouble) when (trouble is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException trouble)
            {
                log.Fault(LogLevel.Warning, trouble, "A connection that brings mail could not be taken");
            }
        }
    }

    private async Task Serve(TcpClient connection, CancellationToken ct)
    {
        using var client = connection;
        var from = AddressOf(client);
        var ofOne = _ofOne.AddOrUpdate(from, 1, static (_, count) => count + 1);
        try
        {
            if (Interlocked.Increment(ref _all) > Most || ofOne > MostOfOne)
            {
                await client.GetStream().WriteAsync("421 4.7.0 Too many connections\r\n"u8.ToArray(), ct);
                return;
            }
            // The certificate as it is now: it may have been renewed since the last connection.
            var rules = new SmtpReceiverOptions(options.Name) { Tls = certificates?.ForServers() };
            await new SmtpReceiver(rules, desk, clock).Serve(client.GetStream(), from, ct);
        }
        catch (Exception trouble) when (trouble is OperationCanceledException or IOException)
        {
            // gone, or we are stopping: what was not acknowledged is brought again
        }
        catch (Exception trouble)
        {
            log.Fault(LogLevel.Warning, trouble, "A connection that brings mail ended badly");
        }
        finally
        {
            Interlocked.Decrement(ref _all);
            if (_ofOne.AddOrUpdate(from, 0, static (_, count) => count - 1) <= 0)
                _ofOne.TryRemove(new(from, 0));
        }
    }

    private static IPAddress AddressOf(TcpClient client) =>
        client.Client.RemoteEndPoint is IPEndPoint { Address: var address } ? address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address : IPAddress.None;
}
