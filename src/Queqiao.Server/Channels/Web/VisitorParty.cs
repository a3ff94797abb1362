using Queqiao.Server.Platform.Gateway;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Channels.Web;

/// <summary>A widget on the gateway, for as long as its channel is on.</summary>
internal sealed class VisitorParty(IGatewayParty conversation, GatewayConnection connection, AdmittedVisitor who, VisitorAccess access, VisitorGate gate) : IGatewayParty
{
    private Task _before = Task.CompletedTask;
    private volatile Refusal? _mayNotWrite;
    private bool _noted = who.Visitor.Papers is null;

    public string Kind => "visitor";

    public FrameGuard Guard => conversation.Guard;

    public void On(ClientFrame frame)
    {
        if (frame.Op == "send")
        {
            if (_mayNotWrite is { } no)
            {
                connection.Send(Frames.Error(connection.Locale, no.Code, frame.Op, frame.ClientId, no.Args));
                return;
            }
            if (!_noted && VisitorGate.WillBeSaid(frame.ClientId, frame.Text, frame.Attachments))
            {
                _noted = true;
                _before = gate.Note(who, CancellationToken.None);
            }
        }
        // The contact with its name first, then the message: the conversation begins with the name.
        if (_before.IsCompleted)
            conversation.On(frame);
        else
            _before = After(_before, frame);
    }

    private async Task After(Task before, ClientFrame frame)
    {
        await before;
        conversation.On(frame);
    }

    /// <summary>Asked when they come in and every few seconds from then on, like whether they may stay.</summary>
    public async ValueTask<bool> Ask(CancellationToken ct)
    {
        if (await access.Current(who) is not { } now)
            return false;
        _mayNotWrite = await gate.MayWrite(now, ct);
        return true;
    }

    public ValueTask<bool> MayStay() => Ask(CancellationToken.None);

    public void Closed() => conversation.Closed();
}
