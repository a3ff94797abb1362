namespace Queqiao.Server.Conversations;

/// <summary>Small signs for customers on other platforms. The Channels module answers. Nothing waits for them, and one that is lost hurts nobody.</summary>
internal interface IOutsideSignals
{
    /// <summary>A colleague writes, or has stopped.</summary>
    void Typing(ConversationHead head, bool on);
}
