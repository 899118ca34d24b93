import { Column, DataType, Model, Table } from 'sequelize-typescript';

@Table({ tableName: 'session', timestamps: false })
export class Session extends Model {
  @Column({ type: DataType.BLOB, primaryKey: true, field: 'id_hash' })
  declare idHash: Buffer;

  @Column({ type: DataType.BIGINT.UNSIGNED, field: 'traveller_id' })
  declare travellerId: number | null;

  @Column({ type: DataType.STRING(4000) })
  declare data: string;

  @Column({ type: DataType.DATE(3), field: 'created_at' })
  declare createdAt: Date;

  @Column({ type: DataType.DATE(3), field: 'touched_at' })
  declare touchedAt: Date;

  @Column({ type: DataType.DATE(3), field: 'expires_at' })
  declare expiresAt: Date;
}
