import { Column, DataType, Model, Table } from 'sequelize-typescript';

@Table({ tableName: 'email_change', timestamps: false })
export class EmailChange extends Model {
  @Column({ type: DataType.BIGINT.UNSIGNED, primaryKey: true, field: 'traveller_id' })
  declare travellerId: number;

  @Column({ type: DataType.BLOB, field: 'token_hash' })
  declare tokenHash: Buffer;

  @Column({ type: DataType.STRING(254), field: 'email_address' })
  declare emailAddress: string;

  @Column({ type: DataType.DATE(3), field: 'expires_at' })
  declare expiresAt: Date;

  @Column({ type: DataType.DATE(3), field: 'confirmed_at' })
  declare confirmedAt: Date | null;
}
