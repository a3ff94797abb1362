namespace Queqiao.Server.Conversations;

/// <summary>A person as a channel names them.</summary>
internal readonly record struct CustomerKey(Guid ChannelId, string Identity);
