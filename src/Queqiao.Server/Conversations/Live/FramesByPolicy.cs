using Queqiao.Server.Conversations.Wire;
using Queqiao.Server.Platform.Access;

namespace Queqiao.Server.Conversations.Live;

/// <summary>One entry's frame, written once for each way in which people's data shows to somebody who reads along. Nearly always that is one.</summary>
internal struct FramesByPolicy(LogEntry entry, ConversationHead head, Audience audience)
{
    private ReadOnlyMemory<byte>? _clear;
    private Dictionary<FieldPolicy, ReadOnlyMemory<byte>>? _others;

    public ReadOnlyMemory<byte> Of(FieldPolicy fields)
    {
        if (fields.IsClear)
            return _clear ??= ItemWriter.Frame(entry, head, audience);
        _others ??= [];
        if (!_others.TryGetValue(fields, out var frame))
            _others[fields] = frame = ItemWriter.Frame(entry.For(fields), head.For(fields), audience);
        return frame;
    }
}
