using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using Queqiao.Mail.Proving;

namespace Queqiao.Server.Channels.Email.Receiving;

/// <summary>
/// Asks the machine's own name servers for what checks of senders need: the base library knows addresses only. Each question has a
/// number nobody can guess and a port of its own; what does not fit comes by TCP.
/// </summary>
internal sealed class MailDns(TimeProvider clock) : IMailDns
{
    private const int MostServers = 2;
    private const int Port = 53;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly Lazy<IReadOnlyList<IPEndPoint>> _servers = new(Servers);

    /// <summary>Other servers than the machine's own.</summary>
    internal IReadOnlyList<IPEndPoint> Asks { init => _servers = new Lazy<IReadOnlyList<IPEndPoint>>(value); }

    public async Task<DnsValues<string>> Texts(string name, CancellationToken ct) => Of(await Ask(name, DnsKind.Txt, ct), record => record.Text);

    public async Task<DnsValues<IPAddress>> Addresses(string name, bool v6, CancellationToken ct) => Of(await Ask(name, v6 ? DnsKind.Aaaa : DnsKind.A, ct), record => record.Address!);

    public async Task<DnsValues<string>> Exchanges(string name, CancellationToken ct) => Of((await Ask(name, DnsKind.Mx, ct))?.OrderBy(record => record.Preference), record => record.Text);

    public async Task<DnsValues<string>> NamesOf(IPAddress address, CancellationToken ct) => Of(await Ask(Reverse(address), DnsKind.Reversed, ct), record => record.Text);

    private static DnsValues<T> Of<T>(IEnumerable<DnsRecord>? records, Func<DnsRecord, T> read) => records is null ? DnsValues.Trouble<T>() : DnsValues.Of<T>([.. records.Select(read)]);

    private static string Reverse(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork
        ? string.Join('.', address.GetAddressBytes().Reverse()) + ".in-addr.arpa"
        : string.Join('.', Convert.ToHexStringLower(address.GetAddressBytes()).Reverse()) + ".ip6.arpa";

    /// <summary>Null: nobody gave an answer. No records: there are none.</summary>
    private async Task<IReadOnlyList<DnsRecord>?> Ask(string name, DnsKind kind, CancellationToken ct)
    {
        if (DnsMessage.Ask((ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1), name, kind) is not { } question)
            return [];
        foreach (var server in _servers.Value.Take(MostServers))
        {
            using var patience = new CancellationTokenSource(Patience, clock);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
            try
            {
                var answer = await OverUdp(server, question, limit.Token);
                if (answer is { IsCut: true })
                    answer = await OverTcp(server, question, limit.Token);
                if (answer is { Code: 0 or 3 })
                    return answer.Value.Records;
            }
            catch (Exception trouble) when (trouble is SocketException or IOException || trouble is OperationCanceledException && !ct.IsCancellationRequested)
            {
                // the next one is asked
            }
        }
        return null;
    }

    private static async Task<(bool IsCut, int Code, List<DnsRecord> Records)?> OverUdp(IPEndPoint server, byte[] question, CancellationToken ct)
    {
        using var socket = new UdpClient(server.AddressFamily);
        socket.Connect(server);
        await socket.SendAsync(question, ct);
        while (true)
        {
            // Whatever answers another question is waited past.
            if (DnsMessage.Read((await socket.ReceiveAsync(ct)).Buffer, question) is { } answer)
                return answer;
        }
    }

    private static async Task<(bool IsCut, int Code, List<DnsRecord> Records)?> OverTcp(IPEndPoint server, byte[] question, CancellationToken ct)
    {
        using var tcp = new TcpClient(server.AddressFamily);
        await tcp.ConnectAsync(server, ct);
        var stream = tcp.GetStream();
        await stream.WriteAsync((byte[])[(byte)(question.Length >> 8), (byte)question.Length, .. question], ct);
        var length = new byte[2];
        await stream.ReadExactlyAsync(length, ct);
        var answer = new byte[length[0] << 8 | length[1]];
        await stream.ReadExactlyAsync(answer, ct);
        return DnsMessage.Read(answer, question);
    }

    private static List<IPEndPoint> Servers()
    {
        var named = NetworkInterface.GetAllNetworkInterfaces().Where(one => one.OperationalStatus == OperationalStatus.Up).SelectMany(one => one.GetIPProperties().DnsAddresses)
            .Where(one => one is not { AddressFamily: AddressFamily.InterNetworkV6, IsIPv6SiteLocal: true }).Distinct().ToList();
        return [.. (named.Count > 0 ? named : [IPAddress.Loopback]).Select(address => new IPEndPoint(address, Port))];
    }
}
