using System.Linq.Expressions;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Access;

/// <summary>
/// Which rows of <typeparamref name="T"/> somebody may see. One expression serves the database (translated to SQL)
/// and memory (sockets, the log's own check), so the two cannot disagree.
/// </summary>
internal sealed class Scope<T> where T : class, IScoped
{
    private Func<T, bool>? _inMemory; // compiled when first asked: most scopes are only ever translated to SQL

    private Scope(int ws, Expression<Func<T, bool>> expression)
    {
        Ws = ws;
        Expression = expression;
    }

    /// <summary>The workspace outside which nothing is ever visible.</summary>
    public int Ws { get; }

    public Expression<Func<T, bool>> Expression { get; }

    public bool Allows(T row) => (_inMemory ??= Expression.Compile())(row);

    /// <summary>Everything of one workspace.</summary>
    public static Scope<T> Workspace(int ws) => new(ws, row => row.Ws == ws);

    /// <summary>Every workspace: only for the server's own work, which says why.</summary>
    public static Scope<T> Everything(string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        return new(0, row => true);
    }

    /// <summary>The rows of one workspace that also satisfy <paramref name="rule"/>.</summary>
    public static Scope<T> Where(int ws, Expression<Func<T, bool>> rule)
    {
        var row = rule.Parameters[0];
        var inside = System.Linq.Expressions.Expression.Equal(
            System.Linq.Expressions.Expression.Property(row, nameof(IScoped.Ws)),
            // read from an object, so that EF makes it a parameter and workspaces share one cached query
            System.Linq.Expressions.Expression.Property(System.Linq.Expressions.Expression.Constant(new Held(ws)), nameof(Held.Ws)));
        return new(ws, System.Linq.Expressions.Expression.Lambda<Func<T, bool>>(
            System.Linq.Expressions.Expression.AndAlso(inside, rule.Body), row));
    }

    private sealed record Held(int Ws);
}
