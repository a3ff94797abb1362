namespace Queqiao.Server.Channels.Receiving;

/// <summary>An event is about something that is being written down right now: it is looked at again in a moment.</summary>
internal sealed class NotYetException() : Exception("An event overtook what it is about.");
