namespace Queqiao.Server.Conversations.Outside;

/// <summary>What follows from something that came in on an outside channel. Pure, as <see cref="ConversationRules"/>.</summary>
internal static class OutsideRules
{
    /// <summary>The platform's id of the message that it is about.</summary>
    public static string? TargetOf(Incoming one) => one switch
    {
        Incoming.Said said => said.ReplyTo,
        Incoming.Edited edited => edited.Target,
        Incoming.Recalled recalled => recalled.Target,
        Incoming.Reaction reaction => reaction.Target,
        _ => null,
    };

    /// <summary>Whether it says nothing without that message.</summary>
    public static bool NeedsTarget(Incoming one) => one is Incoming.Edited or Incoming.Recalled or Incoming.Reaction;

    /// <param name="toBot">Whether a bot receives who comes by this channel.</param>
    public static Decision Decide(ConversationHead head, Incoming one, ProviderIds.Place? target, IReadOnlyList<SentFile>? files, string clientId, bool toBot = false) => one switch
    {
        Incoming.Said said => head.Said(said, target, files, clientId, toBot),
        Incoming.SaidByUs said => Decision.Of(
            head.Seq == 0 ? new ConversationStarted() : null,
            head.IsBots() ? new StatusChanged(head.Status, ConversationStatus.Queued, "answered_elsewhere") : null, // a person speaks: the bot has nothing more to say
            new MessagePosted(Direction.Out, said.Text, clientId) { Media = said.Media.Count > 0 ? said.Media : null, SentAt = said.At, Elsewhere = true, ExternalId = said.MessageId }),
        Incoming.Edited edited => new MessageEdited(target!.Value.Seq, edited.Text),
        Incoming.Recalled => new MessageRecalled(target!.Value.Seq),
        Incoming.Reaction reaction => new Reacted(target!.Value.Seq, reaction.Emoji, reaction.Removed),
        Incoming.Happened happened => head.Seq == 0 ? Decision.Nothing : new ChannelNoted(happened.What, happened.Text, happened.Trigger, happened.At),
        Incoming.Seen seen => head.MarkRead(SenderKind.Contact, seen.Seq ?? head.LastSeenBy(seen.UpTo)),
        _ => throw new InvalidOperationException($"Nothing follows from {one.GetType().Name}."),
    };

    /// <summary>The last message that can have been seen at a moment of the platform's clock, which may be a minute off ours.</summary>
    private static long LastSeenBy(this ConversationHead head, long? upTo) =>
        head.LastMessageSeq == head.LastOutSeq && head.LastMessageAt > upTo + 60_000 ? head.LastOutSeq - 1 : head.LastOutSeq;

    private static Decision Said(this ConversationHead head, Incoming.Said said, ProviderIds.Place? target, IReadOnlyList<SentFile>? files, string clientId, bool toBot)
    {
        var replyTo = target is { } place && place.ConversationId == head.Id ? place.Seq : (long?)null;
        if (head.CustomerSays(said.Text, clientId, files, replyTo, toBot && BotMayAnswer(said)) is not Decision.Append append)
            return Decision.Nothing;
        var toPeople = head.IsBots() && !BotMayAnswer(said) ? new StatusChanged(head.Status, ConversationStatus.Queued, "bot_may_not_answer") : null;
        var entries = append.Entries.Prepend(toPeople!).Where(entry => entry is not null).Select(entry => entry is not MessagePosted message ? entry : message with
        {
            Media = said.Media.Count > 0 ? said.Media : null, SentAt = said.At, Unsupported = said.Unsupported, ExternalId = said.MessageId,
        });
        return Decision.Of(said is { Subject.Length: > 0 } && head.Seq == 0 ? entries.Append(new SubjectChanged(null, said.Subject)) : entries);
    }

    /// <summary>In a group the bot would talk into what people say to each other; to programs it would talk without end.</summary>
    private static bool BotMayAnswer(Incoming.Said said) => !said.ForPeople && !said.Who.Identity.StartsWith("group:", StringComparison.Ordinal);
}
