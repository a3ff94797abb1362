using System.Net;
using System.Text.RegularExpressions;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Slack;

namespace Queqiao.Channels.Teams;

/// <summary>Activities of the Bot Framework.</summary>
internal static partial class TeamsReader
{
    private const string FileInfo = "application/vnd.microsoft.teams.file.download.info";

    [GeneratedRegex("<at[^>]{0,200}>([^<]{0,200})</at>", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Mention();

    public static InboundEvent? Read(Node activity)
    {
        var type = activity["type"].Text ?? "unknown";
        var (id, from, place) = (activity["id"].Filled, activity["from"], activity["conversation"]);
        var head = new EventHead(id is null ? Events.HashKey(activity.Raw) : $"{place["id"].Text}:{id}", activity.Raw)
        {
            Account = activity["recipient"]["id"].Filled, At = Instant.Iso(activity["timestamp"].Text),
            Person = from["id"].Filled is { } person ? new Person(person) { Name = from["name"].Filled, Language = activity["locale"].Filled, Also = from.Facts("aadObjectId") } : null,
            Place = place["id"].Filled is { } where ? new Place(where, place["isGroup"].IsTrue || place["conversationType"].Text is "groupChat" or "channel") { Title = place["name"].Filled } : null,
            ReplyWith = activity.Facts("serviceUrl"),
        };
        return type switch
        {
            "message" => Message(activity, id, head),
            "messageUpdate" when id is not null => (head with { Key = $"{head.Key}:{activity["timestamp"].Text}" }).Edited(type + "." + (activity["channelData"]["eventType"].Text ?? "editMessage"), id, Text(activity)),
            "messageDelete" when id is not null => (head with { Key = head.Key + ":deleted" }).Recalled(type, id),
            "messageReaction" when activity["replyToId"].Filled is { } target => activity["reactionsAdded"][0]["type"].Filled is { } added
                ? (head with { Key = $"{head.Key}:{target}:+{added}" }).Reacted(type, target, added, false)
                : (head with { Key = $"{head.Key}:{target}:-" }).Reacted(type, target, activity["reactionsRemoved"][0]["type"].Filled, true),
            "conversationUpdate" => head.Noted(type, activity["membersAdded"].Items.Any() ? "members_added" : activity["membersRemoved"].Items.Any() ? "members_removed" : activity["channelData"]["eventType"].Filled ?? type),
            "installationUpdate" => activity["action"].Text is "remove" or "remove-upgrade" ? head.Unfollowed(type) : head.Followed(type),
            "event" when activity["name"].Text == "application/vnd.microsoft.readReceipt" => head.Status("event.readReceipt", DeliveryState.Read, activity["value"]["lastReadMessageId"].Filled),
            "typing" => head.On(new TypingSignalled { Type = type, DedupeKey = head.Key }),
            "invoke" => Invoke(activity, head),
            "endOfConversation" or "event" => head.Noted(type, activity["name"].Filled ?? type),
            _ => head.Unsupported(type, false),
        };
    }

    private static InboundEvent Invoke(Node activity, EventHead head)
    {
        var name = activity["name"].Text ?? "unknown";
        var value = activity["value"];
        return name switch
        {
            "fileConsent/invoke" => head.Noted("invoke." + name, value["action"].Text == "accept" ? "file_consent_accept" : "file_consent_decline", new Dictionary<string, string>(value["uploadInfo"].Facts("name", "uniqueId")) { ["upload_url"] = value["uploadInfo"]["uploadUrl"].Text ?? "" }),
            "adaptiveCard/action" => head.Pressed("invoke." + name, value["action"]["data"].IsMissing ? value["action"]["verb"].Text : value["action"]["data"].Raw, value["action"]["title"].Text, activity["replyToId"].Filled),
            _ => head.Unsupported("invoke." + name, false),
        };
    }

    private static InboundEvent Message(Node activity, string? id, EventHead head)
    {
        // Pressing a button of a card sends a message without text whose value is the button's.
        if (!activity["value"].IsMissing && activity["text"].Filled is null && !activity["attachments"].Items.Any())
            return head.Pressed("message.value", activity["value"].IsString ? activity["value"].Text : activity["value"].Raw, target: activity["replyToId"].Filled, id: id);
        var parts = activity["attachments"].Items.Select(Part).OfType<MessagePart>().ToList();
        return head.Said("message", id, Text(activity), parts, activity["replyToId"].Filled);
    }

    private static string? Text(Node activity)
    {
        var text = activity["text"].Filled;
        var own = activity["recipient"]["name"].Text;
        return text is null ? null : WebUtility.HtmlDecode(Mention().Replace(text, found => found.Groups[1].Value == own ? "" : "@" + found.Groups[1].Value)).Trim() is { Length: > 0 } said ? said : null;
    }

    private static MessagePart? Part(Node attachment)
    {
        var mime = attachment["contentType"].Text ?? "";
        if (mime == FileInfo)
            return new MediaPart(MediaKind.File, new MediaRef(attachment["content"]["uniqueId"].Filled, attachment["content"]["downloadUrl"].Filled) { FileName = attachment["name"].Filled });
        if (mime is "text/html" or "")
            return null; // the text once more
        return mime.StartsWith("application/vnd.microsoft.card", StringComparison.Ordinal) ? new CardPart("card") { Title = attachment["content"]["title"].Filled }
            : new MediaPart(SlackReader.Kind(mime), new MediaRef(null, attachment["contentUrl"].Filled) { Mime = mime, FileName = attachment["name"].Filled });
    }
}
