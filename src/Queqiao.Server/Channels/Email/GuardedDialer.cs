using System.Net.Sockets;
using Queqiao.Mail.Wire;
using Queqiao.Server.Platform.Outbound;

namespace Queqiao.Server.Channels.Email;

/// <summary>Mail servers are named by administrators of a workspace: the same guard as for HTTP, on the ports of mail.</summary>
internal sealed class GuardedDialer(GuardedHttp http) : IMailDialer
{
    private static readonly HashSet<int> Ports = [25, 143, 465, 587, 993, 2525];

    public async Task<Stream> Connect(string host, int port, CancellationToken ct)
    {
        try
        {
            return await http.Dial(host, port, Ports, ct);
        }
        catch (SocketException nobody)
        {
            throw new IOException(nobody.Message, nobody);
        }
        catch (OutboundRefusedException refused)
        {
            throw new IOException(refused.Message, refused);
        }
    }
}
