using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Queqiao.Server.Platform.Access;

namespace Queqiao.Server.Platform.Storage;

/// <summary>
/// The EF Core model of every table. Modules describe their own tables (<c>IEntityTypeConfiguration</c> in their Storage folder).
/// A context is either a reader (read-only connection, cannot save) or belongs to one <see cref="WriteUnit"/>.
/// </summary>
internal sealed class QueqiaoDb(DbContextOptions<QueqiaoDb> options, bool canWrite) : DbContext(options)
{
    /// <summary>People's data: only what the scope allows. There is no other way to a table whose rows are about people.</summary>
    public IQueryable<T> Visible<T>(Scope<T> scope) where T : class, IScoped =>
        Rows<T>().AsNoTracking().Where(scope.Expression);

    /// <summary>Tables that hold no customer's data (settings, sessions, cursors …). People's tables do not compile here.</summary>
    public DbSet<T> Table<T>() where T : class, IUnscoped => Rows<T>();

#pragma warning disable RS0030 // the one place that may touch Set<T>
    private DbSet<T> Rows<T>() where T : class => Set<T>();
#pragma warning restore RS0030

    public override int SaveChanges(bool acceptAllChangesOnSuccess)
    {
        RefuseOutsideUnit();
        return base.SaveChanges(acceptAllChangesOnSuccess);
    }

    public override Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        RefuseOutsideUnit();
        return base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    private void RefuseOutsideUnit()
    {
        if (!canWrite)
            throw new InvalidOperationException("This context reads. Writes go through IWriteLane.Run.");
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(QueqiaoDb).Assembly);
        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(type => type.GetProperties()))
            property.SetColumnName(SnakeCase(property.Name));
        if (!Database.IsSqlite())
            return;
        // 16 bytes in network order: half the size of text, and UUIDv7 keep their order.
        var bytes = new ValueConverter<Guid, byte[]>(id => id.ToByteArray(true), raw => new Guid(raw, true));
        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(type => type.GetProperties()))
        {
            if (property.ClrType == typeof(Guid) || property.ClrType == typeof(Guid?))
                property.SetValueConverter(bytes);
        }
    }

    private static string SnakeCase(string name) =>
        string.Concat(name.Select((letter, i) => char.IsUpper(letter) ? (i > 0 ? "_" : "") + char.ToLowerInvariant(letter) : letter.ToString()));
}

/// <summary>A row about a person: readable only through <see cref="QueqiaoDb.Visible{T}"/>.</summary>
internal interface IScoped
{
    int Ws { get; }
}

/// <summary>A row that is not about a customer.</summary>
internal interface IUnscoped;
