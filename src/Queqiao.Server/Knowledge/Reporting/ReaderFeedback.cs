using System.Text;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Server.Knowledge.Writing;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;
using Queqiao.Text.Extracting;

namespace Queqiao.Server.Knowledge.Reporting;

/// <summary>Keeps what readers say of an item: the thumb, and words masked and sealed, for they may say who they are.</summary>
internal sealed class ReaderFeedback(IStorageEngine storage, IVault vault, IKnowledge knowledge)
{
    private const int MostWords = 1_000;

    public async Task Give(int ws, PublishedItem item, bool liked, string? comment, string source, CancellationToken ct)
    {
        var words = ContentRules.Line(comment?.Length > MostWords ? comment[..MostWords] : comment ?? "");
        await storage.Run(ws, async (unit, stop) =>
        {
            var id = unit.Ids.New();
            unit.Db.Table<KnowledgeFeedback>().Add(new KnowledgeFeedback
            {
                Ws = ws, Id = id, ItemId = item.Id, Version = item.Version, Liked = liked ? 1 : 0, Source = source, At = unit.Ids.Now(),
                Sealed = words.Length == 0 ? null : vault.Seal(ws, UseCounter.Purpose, Encoding.UTF8.GetBytes(PersonalData.Mask(words)), id),
            });
            return await unit.Db.SaveChangesAsync(stop);
        }, ct);
        knowledge.Note(ws, item.Id, liked ? KnowledgeUse.Liked : KnowledgeUse.Disliked);
    }
}
