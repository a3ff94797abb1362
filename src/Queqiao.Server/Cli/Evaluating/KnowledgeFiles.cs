using Queqiao.Text.Classifying;
using Queqiao.Text.Retrieving;

namespace Queqiao.Server.Cli.Evaluating;

/// <summary>Knowledge bases as files: a question a line (<c>faq_id</c>, <c>text</c>), a document a line (<c>doc_id</c>, <c>text</c>), or a FAQ a line (<c>question</c>, <c>similar</c>, <c>answer</c>).</summary>
internal static class KnowledgeFiles
{
    private const string Between = " || ";

    public static List<KnowledgeEntry> Entries(TableFile table)
    {
        if (table.Has("question"))
        {
            return [.. table.Rows.Select(row => new KnowledgeEntry(table.Cell(row, "faq_id"),
                [table.Cell(row, "question"), .. table.Cell(row, "similar").Split(Between, StringSplitOptions.RemoveEmptyEntries)], table.Cell(row, "answer")))];
        }
        var id = table.Has("faq_id") ? "faq_id" : "doc_id";
        return [.. table.Rows.GroupBy(row => table.Cell(row, id), StringComparer.Ordinal)
            .Select(rows => new KnowledgeEntry(rows.Key, [.. rows.Select(row => table.Cell(row, "text"))]))];
    }

    /// <summary>Questions whose entry is known, or that no entry answers. Pairs that mean the same are no such thing.</summary>
    public static IEnumerable<LabelledQuestion> Asked(TableFile table) => !table.Has("text") || !table.Has("label") ? [] :
        table.Rows.Select(row => new LabelledQuestion(table.Cell(row, "text"),
            table.Cell(row, "label") is IntentClassifier.OutOfScope ? [] : table.Cell(row, "label").Split(',')));
}
