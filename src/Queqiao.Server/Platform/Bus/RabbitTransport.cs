using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Queqiao.Server.Platform.Problems;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Queqiao.Server.Platform.Bus;

/// <summary>
/// RabbitMQ: one topic exchange, the topic of a word is its routing key, and each node has a queue of its own that goes with it. Nothing
/// is kept and nothing confirmed: a word is only ever a hint. A broker that has stopped answering is noticed within two seconds, because
/// a node hears its own words too.
/// </summary>
internal sealed class RabbitTransport(BusOptions options, ILogger<RabbitTransport> log) : IBusTransport
{
    private const string Exchange = "queqiao";
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SendWithin = TimeSpan.FromMilliseconds(500);
    private const long SilentAfter = 1500;

    private readonly Lock _gate = new();
    private IChannel? _sender;
    private long _unheardSince;

    public string Name => "rabbitmq";

    public bool IsUp => _sender is { IsOpen: true } && !IsSilent;

    public int MostBytes => 128 * 1024;

    /// <summary>Something was sent, and since then not even that came back.</summary>
    private bool IsSilent => Volatile.Read(ref _unheardSince) is > 0 and var since && Environment.TickCount64 - since > SilentAfter;

    public async Task Listen(Action<ReadOnlyMemory<byte>> heard, Action restored, CancellationToken ct)
    {
        var place = 0;
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await ListenOnce(options.Brokers[place++ % options.Brokers.Count], heard, restored, ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception trouble)
            {
                log.Fault(LogLevel.Debug, trouble, "The broker is away");
            }
            finally
            {
                lock (_gate)
                    _sender = null;
            }
            if (!ct.IsCancellationRequested)
                BusLog.BrokerAway(log);
            await Task.WhenAny(Task.Delay(Again, ct));
        }
    }

    private async Task ListenOnce(Uri broker, Action<ReadOnlyMemory<byte>> heard, Action restored, CancellationToken ct)
    {
        await using var connection = await Factory(broker, options.Authorities).CreateConnectionAsync(ct);
        await using var ear = await connection.CreateChannelAsync(cancellationToken: ct);
        await using var mouth = await connection.CreateChannelAsync(cancellationToken: ct);
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.ConnectionShutdownAsync += (_, _) => Over();
        ear.ChannelShutdownAsync += (_, _) => Over();
        mouth.ChannelShutdownAsync += (_, _) => Over();
        await Subscribe(ear, word => Hear(word, heard, restored), ct);
        Volatile.Write(ref _unheardSince, 0);
        lock (_gate)
            _sender = mouth;
        BusLog.BrokerUp(log);
        restored();
        while (!over.Task.IsCompleted)
        {
            await Task.WhenAny(over.Task, Task.Delay(Again, ct));
            ct.ThrowIfCancellationRequested();
            if (IsSilent)
                await TrySend("probe", default, ct); // its echo says that the broker is well again
        }

        Task Over()
        {
            over.TrySetResult();
            return Task.CompletedTask;
        }
    }

    private void Hear(ReadOnlyMemory<byte> word, Action<ReadOnlyMemory<byte>> heard, Action restored)
    {
        var wasSilent = IsSilent;
        Volatile.Write(ref _unheardSince, 0);
        if (word.Length > 0)
            heard(word);
        if (wasSilent)
            restored();
    }

    private static async Task Subscribe(IChannel ear, Action<ReadOnlyMemory<byte>> hear, CancellationToken ct)
    {
        await ear.ExchangeDeclareAsync(Exchange, ExchangeType.Topic, durable: true, cancellationToken: ct);
        // A node that does not come to read loses the oldest: it looks at the database anyway.
        var bounds = new Dictionary<string, object?> { ["x-max-length"] = 10_000, ["x-message-ttl"] = 30_000, ["x-overflow"] = "drop-head" };
        var queue = (await ear.QueueDeclareAsync("", durable: false, exclusive: true, autoDelete: true, bounds, cancellationToken: ct)).QueueName;
        await ear.QueueBindAsync(queue, Exchange, "#", cancellationToken: ct);
        var consumer = new AsyncEventingBasicConsumer(ear);
        consumer.ReceivedAsync += (_, word) =>
        {
            hear(word.Body.ToArray());
            return Task.CompletedTask;
        };
        await ear.BasicConsumeAsync(queue, autoAck: true, consumer, ct);
    }

    public async ValueTask<bool> TrySend(string topic, ReadOnlyMemory<byte> word, CancellationToken ct)
    {
        IChannel? sender;
        lock (_gate)
            sender = _sender;
        if (sender is not { IsOpen: true })
            return false;
        Interlocked.CompareExchange(ref _unheardSince, Environment.TickCount64, 0);
        try
        {
            await sender.BasicPublishAsync(Exchange, topic, mandatory: false, new BasicProperties { DeliveryMode = DeliveryModes.Transient }, word, ct).AsTask().WaitAsync(SendWithin, ct);
            return true;
        }
        catch (Exception trouble) when (!ct.IsCancellationRequested)
        {
            Volatile.Write(ref _unheardSince, Environment.TickCount64 - SilentAfter - 1);
            log.Fault(LogLevel.Debug, trouble, "The broker does not take a word");
            return false;
        }
    }

    /// <summary>Shared with the doctor.</summary>
    internal static ConnectionFactory Factory(Uri broker, X509Certificate2Collection? authorities)
    {
        var factory = new ConnectionFactory
        {
            Uri = broker,
            AutomaticRecoveryEnabled = false, // one loop here decides
            RequestedHeartbeat = TimeSpan.FromSeconds(5),
            RequestedConnectionTimeout = TimeSpan.FromSeconds(5),
            ContinuationTimeout = TimeSpan.FromSeconds(5),
            ClientProvidedName = "queqiao " + Environment.MachineName,
        };
        if (factory.Ssl.Enabled)
        {
            factory.Ssl.ServerName = broker.Host;
            factory.Ssl.Version = System.Security.Authentication.SslProtocols.None; // the system's choice: TLS 1.2 and 1.3
            if (authorities is { Count: > 0 })
                factory.Ssl.CertificateValidationCallback = (_, certificate, _, errors) => IsTrusted(certificate, errors, authorities);
        }
        return factory;
    }

    /// <summary>The name must be right; who vouches for it is an authority of the firm's own.</summary>
    private static bool IsTrusted(X509Certificate? certificate, SslPolicyErrors errors, X509Certificate2Collection authorities)
    {
        if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != 0)
            return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        using var presented = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        return chain.Build(presented);
    }
}

internal static partial class BusLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "The broker is there: words between nodes go through RabbitMQ")]
    public static partial void BrokerUp(ILogger log);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The broker (QUEQIAO_BUS) is away: words between nodes go through the database until it is back; nothing is lost")]
    public static partial void BrokerAway(ILogger log);
}
