using Queqiao.Server.Platform.Integrity;

namespace Queqiao.Server.Conversations.Checking;

internal static class CheckingModule
{
    /// <summary>What must hold of conversations at every moment.</summary>
    public static void AddConversationChecks(this IServiceCollection services)
    {
        services.AddSingleton<Retold>();
        services.AddSingleton<IInvariant, LogKept>();
        services.AddSingleton<IInvariant, NotesStayInside>();
        services.AddSingleton<IInvariant, OneSpeaker>();
        services.AddSingleton<IInvariant, SightAgrees>();
        services.AddSingleton<IInvariant, HeadsFollow>();
    }
}
