using Microsoft.EntityFrameworkCore;
using Queqiao.Channels;
using Queqiao.Channels.Windows;
using Queqiao.Server.Channels.Configuring;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Channels.Receiving;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Files;
using Refusal = Queqiao.Server.Platform.Problems.Refusal;

namespace Queqiao.Server.Channels.Delivering;

/// <summary>
/// Reply windows as budgets. Asked by the log for every message to a customer, so that agents, bots, rules and scheduled messages are
/// held to the same: what the provider would refuse is refused here, before it is said.
/// </summary>
internal sealed class ReplyGate(ChannelDirectory channels, KindRegistry kinds) : IReplyGate
{
    public (MessagePosted Message, Refusal? Refusal) Admit(ConversationHead head, MessagePosted message, long now)
    {
        if (message.Elsewhere == true || channels.FindNow(head.ChannelId) is not { } channel || channel.Kind == ChannelKinds.Web)
            return (message, null);
        if (!channel.Enabled || channel.Account is not { } account || kinds.Find(channel.Kind) is not { } kind)
            return (message, Refusal.Conflict("channel_off"));
        var parts = Math.Max(1, kind.Plan(kind.Adapter is null ? Choices.SpelledOut(Outline(head, message)) : Outline(head, message), account).Count);
        var isTemplate = message.Template is not null && kind.Descriptor.Can(Abilities.Templates);
        var budget = BudgetOf(kind, account, head, now);
        if (!isTemplate && (!budget.IsOpen || budget.Remaining < parts))
            return (message, Refusal.Conflict("window_closed"));
        return (message with { Parts = parts }, null);
    }

    public ReplyBudget Budget(ConversationHead head, long now)
    {
        if (channels.FindNow(head.ChannelId) is not { } channel || channel.Kind == ChannelKinds.Web)
            return ReplyBudget.Open;
        if (!channel.Enabled || channel.Account is not { } account || kinds.Find(channel.Kind) is not { } kind)
            return ReplyBudget.Open with { CanSend = false, Reason = "channel_off", Parts = [] };
        var (about, budget) = (kind.Descriptor, BudgetOf(kind, account, head, now));
        return new ReplyBudget(
            budget.IsOpen, budget.IsOpen ? null : "window_closed", budget.Until?.ToUnixTimeMilliseconds(), budget.Remaining, about.Can(Abilities.Templates),
            about.Window.IsAlwaysOpen ? null : ChannelHealth.NameOf(about.Window.After), [.. Parts(about)], about.Limits.Text.Most is var most && most < ConversationRules.MostText ? most : null);
    }

    private static Budget BudgetOf(IChannelKind kind, ChannelAccount account, ConversationHead head, long now) => kind.Descriptor.WindowFor(account.Settings)
        .Now(WindowUses.Read(head.ReplyWindow).Select(use => (TriggerOf(use.What), DateTimeOffset.FromUnixTimeMilliseconds(use.At), use.Sent)), DateTimeOffset.FromUnixTimeMilliseconds(now));

    private static WindowTrigger TriggerOf(string name) => Enum.GetValues<WindowTrigger>().FirstOrDefault(trigger => EventReading.NameOf(trigger) == name);

    private static IEnumerable<string> Parts(ChannelDescriptor about)
    {
        foreach (var (ability, name) in ((Abilities, string)[])[(Abilities.Text, "text"), (Abilities.Image, FileKind.Image), (Abilities.Voice, FileKind.Audio), (Abilities.Video, FileKind.Video), (Abilities.File, FileKind.File), (Abilities.Reply, "reply"), (Abilities.Cards, "card"), (Abilities.Templates, "template")])
        {
            if (about.Can(ability))
                yield return name;
        }
    }

    /// <summary>Enough of the message to count its requests.</summary>
    private static OutgoingMessage Outline(ConversationHead head, MessagePosted message) => new(head.Ws, head.Id, head.Seq + 1, new CustomerKey(head.ChannelId, head.Identity), "outline", message.Text)
    {
        Files = [.. (message.Attachments ?? []).Select(file => new OutgoingFile(file.Id, file.Kind, file.Name, file.ContentType, file.Size, file.DurationMs, _ => Task.FromResult<Stream?>(null), null))],
        Template = message.Template,
        Choices = [.. (message.Bot?.Buttons ?? []).Select(button => button.Text)],
    };
}
